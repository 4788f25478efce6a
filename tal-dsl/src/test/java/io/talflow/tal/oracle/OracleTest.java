package io.talflow.tal.oracle;

import static io.talflow.tal.oracle.Expr.all;
import static io.talflow.tal.oracle.Expr.any;
import static io.talflow.tal.oracle.Expr.event;
import static io.talflow.tal.oracle.Expr.leaf;
import static io.talflow.tal.oracle.Expr.seq;
import static io.talflow.tal.oracle.Expr.strict;
import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.oracle.Flow.Function;
import io.talflow.tal.oracle.Flow.Rule;
import io.talflow.tal.oracle.Flow.Switch;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every edge that docs/semantics.md decides, as a row: a name, rules, a raw log, the firings. */
@DisplayName("The oracle says what the text says:")
class OracleTest {
    private static final Expr A = event("A");
    private static final Expr B = event("B");
    private static final Expr C = event("C");

    @ParameterizedTest(name = "{0}")
    @MethodSource({"leaves", "sets", "windows", "sequences", "strictSequences", "silences", "ticks", "batches"})
    void ofOneRule(String name, Rule rule, String log, String firings) {
        assertThat(firings(List.of(rule), log)).isEqualTo(firings);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"rules", "streams"})
    void ofSeveral(String name, List<Rule> rules, String log, String firings) {
        assertThat(firings(rules, log)).isEqualTo(firings);
    }

    static Stream<Arguments> leaves() {
        return Stream.of(
                row("a rule that fires each, each time", r(A), "A@1 A@2", "DO#1[A1] DO#2[A2]"),
                row("a rule that fires once, once (D15)", r(A).once(), "A@1 A@2", "DO#1[A1]"),
                row("D6: a repeat by source and id changes nothing", r(A), "A#x@1 A#x@2 A#y@3", "DO#1[x] DO#3[y]"),
                row("D11: a filter", r(event("A", 3)), "A=2@1 A=3@2", "DO#2[A2]"),
                row(
                        "a subject, exactly",
                        r(new Expr.Leaf(Expr.Kind.EVENT, "A", "s", OptionalInt.empty())),
                        "A/t@1 A/s@2 A@3",
                        "DO#2[A2]"),
                row("started", r(leaf(Expr.Kind.STARTED, "")), "", "DO#0[start]"),
                row("an undeclared type and a poke are nothing", r(A), "?@1 .@2 A@3", "DO#3[A1]"),
                row("any: the part that happened", r(any(A, B)), "B@1 A@2", "DO#1[B1] DO#2[A1]"),
                row("any of one event twice happens once", r(any(A, A)), "A@1", "DO#1[A1]"),
                row(
                        "D14: a false condition consumes the match",
                        r(all(0, A, B)).onlyIf(3, false),
                        "A@1 B=1@2 B=5@3 A=3@4",
                        "DO#4[A2,B2]"),
                row("D14: else fires", r(A).onlyIf(3, true).once(), "A=1@1 A=3@2", "ELSE#1[A1]"),
                row(
                        "D14, D15: without else it looks again",
                        r(A).onlyIf(3, false).once(),
                        "A=1@1 A=3@2",
                        "DO#2[A2]"));
    }

    static Stream<Arguments> sets() {
        return Stream.of(
                row("all: in any order, source order told", r(all(0, A, B)), "B@1 A@2", "DO#2[A1,B1]"),
                row("all: the first arrival of a part counts", r(all(0, A, B)), "A@1 A@2 B@3", "DO#3[A1,B1]"),
                row("all: forgets when it happens", r(all(0, A, B)), "A@1 B@2 B@3 A@4", "DO#2[A1,B1] DO#4[A2,B2]"),
                row("all of one event twice is filled at once", r(all(0, A, A)), "A@1", "DO#1[A1,A1]"),
                row(
                        "all: below a filled part nothing is seen",
                        r(all(0, all(0, A, B), C)),
                        "A@1 B@2 A@3 C@4 B@5 C@6 A@7",
                        "DO#4[A1,B1,C1] DO#7[A3,B2,C2]"),
                row(
                        "atLeast: happens at the n-th part, whichever",
                        r(new Expr.AtLeast(2, List.of(A, B, C), 0)),
                        "C@1 C@2 A@3 B@4 A@5",
                        "DO#3[A1,C1] DO#5[A2,B1]"),
                row("count: the n-th", r(new Expr.Count(2, A, 0)), "A@1 A@2 A@3 A@4", "DO#2[A1,A2] DO#4[A3,A4]"),
                row(
                        "D39: a count of pairs holds what completed each",
                        r(new Expr.Count(2, all(0, A, B), 0)),
                        "A@1 B@2 B@3 A@4",
                        "DO#4[B1,A2]"),
                row(
                        "any forgets what its other parts had",
                        r(any(all(0, A, B), C)),
                        "A@1 C@2 B@3 A@4",
                        "DO#2[C1] DO#4[A2,B1]"));
    }

    static Stream<Arguments> windows() {
        Rule pair = r(all(10, A, B));
        return Stream.of(
                row("D33: a millisecond before its end is inside", pair, "A@5 B@14", "DO#2[A1,B1]"),
                row("D33: its end is excluded", pair, "A@5 B@15 A@24", "DO#3[A2,B1]"),
                row("D33: it opens at the first arrival, not at arming", pair, "A@500 B@509", "DO#2[A1,B1]"),
                row("D33: after its end the next arrival opens one", pair, "A@5 B@16 A@25", "DO#3[A2,B1]"),
                row("D26: no clock need have rung", pair, "A@5 B@90", ""),
                row("D2: of two at one time the second is a microsecond later", pair, "C@5 A@5 B@15", "DO#3[A1,B1]"),
                row("D2: a step back counts as a microsecond", pair, "C@8 A@2 B@17 ", "DO#3[A1,B1]"),
                row("D2: a repeat and a poke have their microseconds", pair, "A@5 .@15 A#A1@15 B@15", ""),
                row(
                        "D36: onTimeout fires at the end",
                        pair.withOnTimeout(),
                        "A@5 .@14 .@15 A@20 B@21",
                        "TIMEOUT@15[A1] DO#5[A2,B1]"),
                row(
                        "D36: it makes a rule that fires once deaf",
                        pair.withOnTimeout().once(),
                        "A@5 A@15 B@16",
                        "TIMEOUT@15[A1]"),
                row("D36: without it the rule looks again", pair.once(), "A@5 A@15 B@16", "DO#3[A2,B1]"),
                row("D36: φ is not asked", pair.withOnTimeout().onlyIf(9, false), "A@5 .@40", "TIMEOUT@15[A1]"),
                row(
                        "D26: each of several ends in its order",
                        pair.withOnTimeout(),
                        "A@5 A@15 A@90",
                        "TIMEOUT@15[A1] TIMEOUT@25[A2]"),
                row("a part's window is its own", r(all(0, all(10, A, B), C)), "A@1 C@5 B@11 A@12", "DO#4[A2,B1,C1]"),
                row(
                        "D33: the end forgets what is below",
                        r(all(10, all(0, A, B), C)),
                        "A@1 C@2 B@12 C@13 A@14",
                        "DO#5[A2,B1,C2]"),
                row("a count's window", r(new Expr.Count(2, A, 10)), "A@1 A@11 A@20", "DO#3[A2,A3]"));
    }

    static Stream<Arguments> sequences() {
        Rule timed = r(seq(10, A, B));
        return Stream.of(
                row("seq: others may lie between", r(seq(0, A, B)), "A@1 C@2 B@3", "DO#3[A1,B1]"),
                row("seq: out of turn is refused", r(seq(0, A, B)), "B@1 A@2 A@3 B@4", "DO#4[A1,B2]"),
                row("seq: one event is not two", r(seq(0, A, A)), "A@1 A@2 A@3", "DO#2[A1,A2]"),
                row("seq: forgets when it happens", r(seq(0, A, B, A)), "A@1 B@2 A@3 B@4 A@5", "DO#3[A1,B1,A2]"),
                row(
                        "D34: a part begins when its turn comes",
                        r(seq(0, A, all(0, B, C))),
                        "B@1 A@2 C@3 B@4",
                        "DO#4[A1,B2,C1]"),
                row("D34: with a window each start is a way", timed, "A@1 A@8 B@12", "DO#3[A2,B1]"),
                row("D34: of two that complete the first opened", timed, "A@1 A@2 B@9", "DO#3[A1,B1]"),
                row("D34: a match forgets all ways", timed, "A@1 A@2 B@9 B@10", "DO#3[A1,B1]"),
                row("D33: a way's end is excluded", timed, "A@1 B@11", ""),
                row("D36: ways end one by one", timed.withOnTimeout(), "A@1 A@5 .@12 B@14", "TIMEOUT@11[] DO#4[A2,B1]"),
                row(
                        "D34: one way where a part gathers",
                        r(seq(10, A, all(0, B, C))),
                        "A@1 A@5 B@6 C@12 A@13 B@14 C@15",
                        "DO#7[A3,B2,C2]"));
    }

    static Stream<Arguments> strictSequences() {
        Rule pair = r(strict(0, A, B));
        return Stream.of(
                row("D35: next to each other", pair, "A@1 B@2", "DO#2[A1,B1]"),
                row("D35: another event breaks", pair, "A@1 C@2 B@3", ""),
                row("D35: a filtered event breaks", r(strict(0, A, event("B", 3))), "A@1 B=1@2 B=3@3", ""),
                row("D35: its own out of turn breaks and opens", pair, "A@1 A@2 B@3", "DO#3[A2,B1]"),
                row("D35: repeats, pokes, unknown types do not", pair, "A#x@1 A#x@2 .@3 ?@4 B@5", "DO#5[x,B1]"),
                row("D35: every start is a way", r(strict(0, A, A, B)), "A@1 A@2 A@3 B@4", "DO#4[A2,A3,B1]"),
                row("D35: with a window", r(strict(10, A, B)), "A@1 B@11 A@12 B@21", "DO#4[A2,B2]"),
                row(
                        "D36: a broken way has no time-out",
                        r(strict(10, A, B)).withOnTimeout(),
                        "A@1 C@2 A@12 C@22",
                        "TIMEOUT@22[]"));
    }

    static Stream<Arguments> silences() {
        Rule after = r(new Expr.Absent(A, 10, List.of(B)));
        Rule armed = r(new Expr.Absent(A, 10, List.of()));
        return Stream.of(
                row("D37: silence after", after, "B@5 .@15", "DO@15[B1]"),
                row("D37: broken in time", after, "B@5 A@14 .@90", ""),
                row("D37: too late to stop it", after, "B@5 A@15", "DO@15[B1]"),
                row("D37: Y while it waits is refused", after, "B@5 B@10 .@90", "DO@15[B1]"),
                row("D37: X closes, the next Y opens", after, "B@5 A@6 B@20 .@31", "DO@30[B2]"),
                row("D37: X while closed is refused", after, "A@4 B@5 .@15", "DO@15[B1]"),
                row("D37: since the rule was armed, once", armed, ".@9 .@10 .@90", "DO@10[]"),
                row("D37: an X before the end", armed, "A@9 .@90", ""),
                row("D37: an X at the end", armed, "A@10", "DO@10[]"),
                row(
                        "one event that is X and Y: opens, closes, opens",
                        r(new Expr.Absent(A, 10, List.of(A))),
                        "A@1 A@2 A@3 .@20",
                        "DO@13[A3]"));
    }

    static Stream<Arguments> ticks() {
        return Stream.of(
                row(
                        "D38: since the rule was armed",
                        r(new Expr.Every(10)),
                        ".@9 A@10 .@20",
                        "DO@10[r/timer] DO@20[r/timer]"),
                row(
                        "D38: missed ticks are one",
                        r(new Expr.Every(10)),
                        "A@35 .@39 .@40",
                        "DO@10[r/timer] DO@40[r/timer]"),
                row(
                        "D38: the next lies after the event",
                        r(new Expr.Every(10)),
                        "A@20 .@29 .@30",
                        "DO@10[r/timer] DO@30[r/timer]"),
                row("a tick is an arrival", r(all(0, A, new Expr.Every(10))), "A@1 .@12", "DO@10[A1,r/timer]"));
    }

    static Stream<Arguments> batches() {
        Rule batch = r(new Expr.Batch(A, OptionalInt.of(2), OptionalLong.of(10)));
        return Stream.of(
                row("by size", batch, "A@1 A@2 A@3", "DO#2[A1,A2]"),
                row("by time since the first", batch, "A@5 .@14 .@15", "DO@15[A1]"),
                row("never with none", batch, ".@50 A@60 .@99", "DO@70[A1]"),
                row("at its end the next begins", batch, "A@5 A@15 .@25", "DO@15[A1] DO@25[A2]"),
                row(
                        "of ticks: one at the end begins the next",
                        r(new Expr.Batch(new Expr.Every(10), OptionalInt.empty(), OptionalLong.of(10))),
                        ".@10 .@20 .@30",
                        "DO@20[r/timer] DO@30[r/timer]"));
    }

    static Stream<Arguments> rules() {
        Rule off = new Rule(
                "off", B, true, OptionalInt.empty(), false, false, false, true, "", List.of(new Switch("r", false)));
        Rule on = new Rule(
                "on", C, true, OptionalInt.empty(), false, false, false, true, "", List.of(new Switch("r", true)));
        Rule tick = r(new Expr.Every(10));
        return Stream.of(
                row(
                        "D40: a disabled rule sees nothing",
                        List.of(off, on, r(A)),
                        "A@1 B@2 A@3 C@4 A@5",
                        "r:DO#1[A1] off:DO#2[B1] on:DO#4[C1] r:DO#5[A3]"),
                row(
                        "D40: what it gathered stays",
                        List.of(off, on, r(new Expr.Count(2, A, 0))),
                        "A@1 B@2 A@3 C@4 A@5",
                        "off:DO#2[B1] on:DO#4[C1] r:DO#5[A1,A3]"),
                row(
                        "D40: windows end silently",
                        List.of(off, on, r(new Expr.Count(2, A, 10)).withOnTimeout()),
                        "A@1 B@2 C@14 A@15",
                        "off:DO#2[B1] on:DO#3[C1]"),
                row(
                        "D40: ticks are skipped",
                        List.of(off, on, tick),
                        "B@5 .@20 C@25 .@31",
                        "off:DO#1[B1] on:DO#3[C1] r:DO@30[r/timer]"),
                row(
                        "D40: enabled later, armed then",
                        List.of(on, tick.disabled()),
                        ".@20 C@25 .@36",
                        "on:DO#2[C1] r:DO@35[r/timer]"),
                row("D7: rules in source order: disabled before", List.of(off, r(B)), "B@1", "off:DO#1[B1]"),
                row(
                        "D7: rules in source order: disabled after",
                        List.of(r(B), off),
                        "B@1 B@2",
                        "r:DO#1[B1] off:DO#1[B1] off:DO#2[B2]"),
                row(
                        "D26: deadlines before the event, earliest first",
                        List.of(
                                r(all(30, A, B)).withOnTimeout(),
                                new Rule(
                                        "s",
                                        all(20, A, C),
                                        true,
                                        OptionalInt.empty(),
                                        false,
                                        true,
                                        false,
                                        true,
                                        "",
                                        List.of())),
                        "A@1 A@31",
                        "s:TIMEOUT@21[A1] r:TIMEOUT@31[A1]"));
    }

    static Stream<Arguments> streams() {
        List<Rule> foreach = List.of(
                new Rule(
                        "go",
                        leaf(Expr.Kind.STARTED, ""),
                        false,
                        OptionalInt.empty(),
                        false,
                        false,
                        false,
                        true,
                        "split",
                        List.of()),
                new Rule(
                        "each",
                        leaf(Expr.Kind.ITEM, "split.parts"),
                        true,
                        OptionalInt.empty(),
                        false,
                        false,
                        false,
                        true,
                        "body",
                        List.of()),
                new Rule(
                        "r",
                        new Expr.Gather((Expr.Leaf) leaf(Expr.Kind.COMPLETED, "body"), "split.parts", 10),
                        false,
                        OptionalInt.empty(),
                        false,
                        true,
                        true,
                        true,
                        "",
                        List.of()));
        String two = "item:parts#k0~go/0@1 item:parts#k1~go/0@2 ";
        String before = "go:DO#0[start] each:DO#1[k0] each:DO#2[k1]";
        return Stream.of(
                row(
                        "gather: in slice order",
                        foreach,
                        two + "completed:=5#b~each/1@3 completed:#a~each/0@4 close:parts=2~go/0@5",
                        before + " r:DO#5[a,b]"),
                row(
                        "gather: the close need not be last",
                        foreach,
                        two + "close:parts=2~go/0@3 completed:#a~each/0@4 completed:#b~each/1@5",
                        before + " r:DO#5[a,b]"),
                row(
                        "D31: completion closes",
                        foreach,
                        two + "completed:#s~go/0@3 completed:#a~each/0@4 completed:#b~each/1@5",
                        before + " r:DO#5[a,b]"),
                row("D12: no slices", foreach, "completed:#s~go/0@3", "go:DO#0[start] r:DO#1[]"),
                row(
                        "D33: the close opens the window too",
                        foreach,
                        two + "completed:#s~go/0@3 .@13",
                        before + " r:TIMEOUT@13[]"),
                row("D30: a repeat is ignored", foreach, two + "item:parts#k1~go/0@3 close:parts=2~go/0@4", before),
                row(
                        "D30: another content fails the task",
                        foreach,
                        two + "item:parts=9#k1~go/0@3 item:parts#k2~go/0@4",
                        before),
                row(
                        "D31: a close that contradicts fails the task",
                        foreach,
                        two + "close:parts=3~go/0@3 completed:#a~each/0@4",
                        before),
                row(
                        "D31: an item after the close fails the task",
                        foreach,
                        two + "close:parts=2~go/0@3 item:parts#k3~go/0@4 item:parts#k4~go/0@5",
                        before),
                row("D32: a failed stream", foreach, two + "failed:#f~go/0@3", before + " r:FAILED#3[]"),
                row(
                        "D28: nothing after the outcome",
                        foreach,
                        "completed:#s~go/0@1 item:parts#k0~go/0@2",
                        "go:DO#0[start] r:DO#1[]"),
                row(
                        "D6: an outcome of a firing that never was",
                        foreach,
                        "completed:#s~go/7@1 completed:#s~each/0@2",
                        "go:DO#0[start]"),
                row(
                        "D21: a failure nobody waits for",
                        foreach,
                        two + "failed:#f~each/0@3 item:parts#k2~go/0@4",
                        before));
    }

    private static Rule r(Expr when) {
        return Rule.of("r", when);
    }

    private static Arguments row(String name, Object rules, String log, String firings) {
        return Arguments.of(name, rules, log, firings);
    }

    private static String firings(List<Rule> rules, String log) {
        Flow flow = new Flow(
                List.of("A", "B", "C"),
                List.of(
                        new Function("split", List.of("parts"), List.of("head")),
                        new Function("body", List.of(), List.of())),
                rules);
        List<String> lines = new ArrayList<>();
        for (Fired fired : Oracle.firings(flow, RawLog.parse(log))) {
            String rule = rules.size() == 1 ? "" : fired.rule() + ":";
            lines.add(rule + fired.branch() + fired.at() + "[" + String.join(",", fired.events()) + "]");
        }
        return String.join(" ", lines);
    }
}
