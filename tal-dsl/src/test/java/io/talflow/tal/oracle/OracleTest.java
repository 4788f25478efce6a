package io.talflow.tal.oracle;

import static io.talflow.tal.oracle.Expr.all;
import static io.talflow.tal.oracle.Expr.any;
import static io.talflow.tal.oracle.Expr.event;
import static io.talflow.tal.oracle.Expr.leaf;
import static io.talflow.tal.oracle.Expr.seq;
import static io.talflow.tal.oracle.Expr.strict;
import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.oracle.Flow.Rule;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What needs no clock. Every edge that docs/semantics.md decides is a row: a name, rules, a raw log, the firings. */
@DisplayName("The oracle says what the text says, without a clock:")
class OracleTest {
    private static final Expr A = event("A");
    private static final Expr B = event("B");
    private static final Expr C = event("C");

    @ParameterizedTest(name = "{0}")
    @MethodSource({"leaves", "sets", "sequences", "strictSequences"})
    void firesAsWritten(String name, Rule rule, String log, String firings) {
        assertThat(OracleRow.firings(List.of(rule), log)).isEqualTo(firings);
        assertThat(OracleRow.firingsOfEngine(List.of(rule), log))
                .as("by the engine")
                .isEqualTo(firings);
    }

    static Stream<Arguments> leaves() {
        return Stream.of(
                Arguments.of("a rule that fires each, each time", OracleRow.rule(A), "A@1 A@2", "DO#1[A1] DO#2[A2]"),
                Arguments.of(
                        "a rule that fires once, once (D15)", OracleRow.rule(A).once(), "A@1 A@2", "DO#1[A1]"),
                Arguments.of(
                        "D6: a repeat by source and id changes nothing",
                        OracleRow.rule(A),
                        "A#x@1 A#x@2 A#y@3",
                        "DO#1[x] DO#3[y]"),
                Arguments.of("D11: a filter", OracleRow.rule(event("A", 3)), "A=2@1 A=3@2", "DO#2[A2]"),
                Arguments.of(
                        "a subject, exactly",
                        OracleRow.rule(new Expr.Leaf(Expr.Kind.EVENT, "A", "s", OptionalInt.empty())),
                        "A/t@1 A/s@2 A@3",
                        "DO#2[A2]"),
                Arguments.of("started", OracleRow.rule(leaf(Expr.Kind.STARTED, "")), "", "DO#0[start]"),
                Arguments.of("an undeclared type and a poke are nothing", OracleRow.rule(A), "?@1 .@2 A@3", "DO#3[A1]"),
                Arguments.of("any: the part that happened", OracleRow.rule(any(A, B)), "B@1 A@2", "DO#1[B1] DO#2[A1]"),
                Arguments.of("any of one event twice happens once", OracleRow.rule(any(A, A)), "A@1", "DO#1[A1]"),
                Arguments.of(
                        "D14: a false condition consumes the match",
                        OracleRow.rule(all(0, A, B)).onlyIf(3, false),
                        "A@1 B=1@2 B=5@3 A=3@4",
                        "DO#4[A2,B2]"),
                Arguments.of(
                        "D14: else fires", OracleRow.rule(A).onlyIf(3, true).once(), "A=1@1 A=3@2", "ELSE#1[A1]"),
                Arguments.of(
                        "D14, D15: without else it looks again",
                        OracleRow.rule(A).onlyIf(3, false).once(),
                        "A=1@1 A=3@2",
                        "DO#2[A2]"));
    }

    static Stream<Arguments> sets() {
        return Stream.of(
                Arguments.of(
                        "all: in any order, source order told", OracleRow.rule(all(0, A, B)), "B@1 A@2", "DO#2[A1,B1]"),
                Arguments.of(
                        "all: the first arrival of a part counts",
                        OracleRow.rule(all(0, A, B)),
                        "A@1 A@2 B@3",
                        "DO#3[A1,B1]"),
                Arguments.of(
                        "all: forgets when it happens",
                        OracleRow.rule(all(0, A, B)),
                        "A@1 B@2 B@3 A@4",
                        "DO#2[A1,B1] DO#4[A2,B2]"),
                Arguments.of(
                        "all of one event twice is filled at once", OracleRow.rule(all(0, A, A)), "A@1", "DO#1[A1,A1]"),
                Arguments.of(
                        "all: below a filled part nothing is seen",
                        OracleRow.rule(all(0, all(0, A, B), C)),
                        "A@1 B@2 A@3 C@4 B@5 C@6 A@7",
                        "DO#4[A1,B1,C1] DO#7[A3,B2,C2]"),
                Arguments.of(
                        "atLeast: happens at the n-th part, whichever",
                        OracleRow.rule(new Expr.AtLeast(2, List.of(A, B, C), 0)),
                        "C@1 C@2 A@3 B@4 A@5",
                        "DO#3[A1,C1] DO#5[A2,B1]"),
                Arguments.of(
                        "count: the n-th",
                        OracleRow.rule(new Expr.Count(2, A, 0)),
                        "A@1 A@2 A@3 A@4",
                        "DO#2[A1,A2] DO#4[A3,A4]"),
                Arguments.of(
                        "D39: a count of pairs holds what completed each",
                        OracleRow.rule(new Expr.Count(2, all(0, A, B), 0)),
                        "A@1 B@2 B@3 A@4",
                        "DO#4[B1,A2]"),
                Arguments.of(
                        "any forgets what its other parts had",
                        OracleRow.rule(any(all(0, A, B), C)),
                        "A@1 C@2 B@3 A@4",
                        "DO#2[C1] DO#4[A2,B1]"));
    }

    static Stream<Arguments> sequences() {
        Rule timed = OracleRow.rule(seq(10, A, B));
        return Stream.of(
                Arguments.of("seq: others may lie between", OracleRow.rule(seq(0, A, B)), "A@1 C@2 B@3", "DO#3[A1,B1]"),
                Arguments.of(
                        "seq: out of turn is refused", OracleRow.rule(seq(0, A, B)), "B@1 A@2 A@3 B@4", "DO#4[A1,B2]"),
                Arguments.of("seq: one event is not two", OracleRow.rule(seq(0, A, A)), "A@1 A@2 A@3", "DO#2[A1,A2]"),
                Arguments.of(
                        "seq: forgets when it happens",
                        OracleRow.rule(seq(0, A, B, A)),
                        "A@1 B@2 A@3 B@4 A@5",
                        "DO#3[A1,B1,A2]"),
                Arguments.of(
                        "D34: a part begins when its turn comes",
                        OracleRow.rule(seq(0, A, all(0, B, C))),
                        "B@1 A@2 C@3 B@4",
                        "DO#4[A1,B2,C1]"),
                Arguments.of("D34: with a window each start is a way", timed, "A@1 A@8 B@12", "DO#3[A2,B1]"),
                Arguments.of("D34: of two that complete the first opened", timed, "A@1 A@2 B@9", "DO#3[A1,B1]"),
                Arguments.of("D34: a match forgets all ways", timed, "A@1 A@2 B@9 B@10", "DO#3[A1,B1]"),
                Arguments.of("D33: a way's end is excluded", timed, "A@1 B@11", ""),
                Arguments.of(
                        "D36: ways end one by one",
                        timed.withOnTimeout(),
                        "A@1 A@5 .@12 B@14",
                        "TIMEOUT@11[] DO#4[A2,B1]"),
                Arguments.of(
                        "D34: one way where a part gathers",
                        OracleRow.rule(seq(10, A, all(0, B, C))),
                        "A@1 A@5 B@6 C@12 A@13 B@14 C@15",
                        "DO#7[A3,B2,C2]"));
    }

    static Stream<Arguments> strictSequences() {
        Rule pair = OracleRow.rule(strict(0, A, B));
        return Stream.of(
                Arguments.of("D35: next to each other", pair, "A@1 B@2", "DO#2[A1,B1]"),
                Arguments.of("D35: another event breaks", pair, "A@1 C@2 B@3", ""),
                Arguments.of(
                        "D35: a filtered event breaks",
                        OracleRow.rule(strict(0, A, event("B", 3))),
                        "A@1 B=1@2 B=3@3",
                        ""),
                Arguments.of("D35: its own out of turn breaks and opens", pair, "A@1 A@2 B@3", "DO#3[A2,B1]"),
                Arguments.of(
                        "D35: repeats, pokes, unknown types do not", pair, "A#x@1 A#x@2 .@3 ?@4 B@5", "DO#5[x,B1]"),
                Arguments.of(
                        "D35: every start is a way",
                        OracleRow.rule(strict(0, A, A, B)),
                        "A@1 A@2 A@3 B@4",
                        "DO#4[A2,A3,B1]"),
                Arguments.of(
                        "D35: with a window", OracleRow.rule(strict(10, A, B)), "A@1 B@11 A@12 B@21", "DO#4[A2,B2]"),
                Arguments.of(
                        "D36: a broken way has no time-out",
                        OracleRow.rule(strict(10, A, B)).withOnTimeout(),
                        "A@1 C@2 A@12 C@22",
                        "TIMEOUT@22[]"));
    }
}
