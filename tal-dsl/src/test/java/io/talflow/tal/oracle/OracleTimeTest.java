package io.talflow.tal.oracle;

import static io.talflow.tal.oracle.Expr.all;
import static io.talflow.tal.oracle.Expr.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.oracle.Flow.Rule;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What waits for time. Every edge that docs/semantics.md decides is a row: a name, rules, a raw log, the firings. */
@DisplayName("The oracle says what the text says of time:")
class OracleTimeTest {
    private static final Expr A = event("A");
    private static final Expr B = event("B");
    private static final Expr C = event("C");

    @ParameterizedTest(name = "{0}")
    @MethodSource({"windows", "silences", "ticks", "batches"})
    void firesAsWritten(String name, Rule rule, String log, String firings) {
        assertThat(OracleRow.firings(List.of(rule), log)).isEqualTo(firings);
        assertThat(OracleRow.firingsOfEngine(List.of(rule), log))
                .as("by the engine")
                .isEqualTo(firings);
    }

    static Stream<Arguments> windows() {
        Rule pair = OracleRow.rule(all(10, A, B));
        return Stream.of(
                Arguments.of("D33: a millisecond before its end is inside", pair, "A@5 B@14", "DO#2[A1,B1]"),
                Arguments.of("D33: its end is excluded", pair, "A@5 B@15 A@24", "DO#3[A2,B1]"),
                Arguments.of("D33: it opens at the first arrival, not at arming", pair, "A@500 B@509", "DO#2[A1,B1]"),
                Arguments.of("D33: after its end the next arrival opens one", pair, "A@5 B@16 A@25", "DO#3[A2,B1]"),
                Arguments.of("D26: no clock need have rung", pair, "A@5 B@90", ""),
                Arguments.of(
                        "D2: of two at one time the second is a microsecond later",
                        pair,
                        "C@5 A@5 B@15",
                        "DO#3[A1,B1]"),
                Arguments.of("D2: a step back counts as a microsecond", pair, "C@8 A@2 B@17 ", "DO#3[A1,B1]"),
                Arguments.of("D2: a repeat and a poke have their microseconds", pair, "A@5 .@15 A#A1@15 B@15", ""),
                Arguments.of(
                        "D36: onTimeout fires at the end",
                        pair.withOnTimeout(),
                        "A@5 .@14 .@15 A@20 B@21",
                        "TIMEOUT@15[A1] DO#5[A2,B1]"),
                Arguments.of(
                        "D36: it makes a rule that fires once deaf",
                        pair.withOnTimeout().once(),
                        "A@5 A@15 B@16",
                        "TIMEOUT@15[A1]"),
                Arguments.of("D36: without it the rule looks again", pair.once(), "A@5 A@15 B@16", "DO#3[A2,B1]"),
                Arguments.of(
                        "D36: φ is not asked", pair.withOnTimeout().onlyIf(9, false), "A@5 .@40", "TIMEOUT@15[A1]"),
                Arguments.of(
                        "D26: each of several ends in its order",
                        pair.withOnTimeout(),
                        "A@5 A@15 A@90",
                        "TIMEOUT@15[A1] TIMEOUT@25[A2]"),
                Arguments.of(
                        "a part's window is its own",
                        OracleRow.rule(all(0, all(10, A, B), C)),
                        "A@1 C@5 B@11 A@12",
                        "DO#4[A2,B1,C1]"),
                Arguments.of(
                        "D33: the end forgets what is below",
                        OracleRow.rule(all(10, all(0, A, B), C)),
                        "A@1 C@2 B@12 C@13 A@14",
                        "DO#5[A2,B1,C2]"),
                Arguments.of(
                        "a count's window", OracleRow.rule(new Expr.Count(2, A, 10)), "A@1 A@11 A@20", "DO#3[A2,A3]"));
    }

    static Stream<Arguments> silences() {
        Rule after = OracleRow.rule(new Expr.Absent(A, 10, List.of(B)));
        Rule armed = OracleRow.rule(new Expr.Absent(A, 10, List.of()));
        return Stream.of(
                Arguments.of("D37: silence after", after, "B@5 .@15", "DO@15[B1]"),
                Arguments.of("D37: broken in time", after, "B@5 A@14 .@90", ""),
                Arguments.of("D37: too late to stop it", after, "B@5 A@15", "DO@15[B1]"),
                Arguments.of("D37: Y while it waits is refused", after, "B@5 B@10 .@90", "DO@15[B1]"),
                Arguments.of("D37: X closes, the next Y opens", after, "B@5 A@6 B@20 .@31", "DO@30[B2]"),
                Arguments.of("D37: X while closed is refused", after, "A@4 B@5 .@15", "DO@15[B1]"),
                Arguments.of("D37: since the rule was armed, once", armed, ".@9 .@10 .@90", "DO@10[]"),
                Arguments.of("D37: an X before the end", armed, "A@9 .@90", ""),
                Arguments.of("D37: an X at the end", armed, "A@10", "DO@10[]"),
                Arguments.of(
                        "one event that is X and Y closes it and opens it again",
                        OracleRow.rule(new Expr.Absent(A, 10, List.of(A))),
                        "A@1 A@9 A@18 .@40",
                        "DO@28[A3]"));
    }

    static Stream<Arguments> ticks() {
        return Stream.of(
                Arguments.of(
                        "D38: since the rule was armed",
                        OracleRow.rule(new Expr.Every(10)),
                        ".@9 A@10 .@20",
                        "DO@10[r/timer] DO@20[r/timer]"),
                Arguments.of(
                        "D38: missed ticks are one",
                        OracleRow.rule(new Expr.Every(10)),
                        "A@35 .@39 .@40",
                        "DO@10[r/timer] DO@40[r/timer]"),
                Arguments.of(
                        "D38: the next lies after the event",
                        OracleRow.rule(new Expr.Every(10)),
                        "A@20 .@29 .@30",
                        "DO@10[r/timer] DO@30[r/timer]"),
                Arguments.of(
                        "a tick at a window's end opens the next",
                        OracleRow.rule(all(10, A, new Expr.Every(10))).withOnTimeout(),
                        ".@10 .@20",
                        "TIMEOUT@20[r/timer]"),
                Arguments.of(
                        "a tick out of turn is refused",
                        OracleRow.rule(Expr.seq(0, B, new Expr.Every(10))),
                        "B@10 .@20",
                        "DO@20[B1,r/timer]"),
                Arguments.of(
                        "a tick is an arrival",
                        OracleRow.rule(all(0, A, new Expr.Every(10))),
                        "A@1 .@12",
                        "DO@10[A1,r/timer]"));
    }

    static Stream<Arguments> batches() {
        Rule batch = OracleRow.rule(new Expr.Batch(A, OptionalInt.of(2), OptionalLong.of(10)));
        return Stream.of(
                Arguments.of("by size", batch, "A@1 A@2 A@3", "DO#2[A1,A2]"),
                Arguments.of("by time since the first", batch, "A@5 .@14 .@15", "DO@15[A1]"),
                Arguments.of("never with none", batch, ".@50 A@60 .@99", "DO@70[A1]"),
                Arguments.of("at its end the next begins", batch, "A@5 A@15 .@25", "DO@15[A1] DO@25[A2]"),
                Arguments.of(
                        "of ticks: one at the end begins the next",
                        OracleRow.rule(new Expr.Batch(new Expr.Every(10), OptionalInt.empty(), OptionalLong.of(10))),
                        ".@10 .@20 .@30",
                        "DO@20[r/timer] DO@30[r/timer]"));
    }
}
