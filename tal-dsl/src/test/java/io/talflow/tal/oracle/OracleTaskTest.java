package io.talflow.tal.oracle;

import static io.talflow.tal.oracle.Expr.all;
import static io.talflow.tal.oracle.Expr.event;
import static io.talflow.tal.oracle.Expr.leaf;
import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.oracle.Flow.Rule;
import io.talflow.tal.oracle.Flow.Switch;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What several rules and functions do together. Every edge that docs/semantics.md decides is a row: a name, rules, a raw log, the firings. */
@DisplayName("The oracle says what the text says of whole tasks:")
class OracleTaskTest {
    private static final Expr A = event("A");
    private static final Expr B = event("B");
    private static final Expr C = event("C");

    @ParameterizedTest(name = "{0}")
    @MethodSource({"rules", "streams", "calls"})
    void firesAsWritten(String name, List<Rule> rules, String log, String firings) {
        assertThat(OracleRow.firings(rules, log)).isEqualTo(firings);
    }

    static Stream<Arguments> rules() {
        Rule off = new Rule(
                "off", B, true, OptionalInt.empty(), false, false, false, true, "", List.of(new Switch("r", false)));
        Rule on = new Rule(
                "on", C, true, OptionalInt.empty(), false, false, false, true, "", List.of(new Switch("r", true)));
        Rule tick = OracleRow.rule(new Expr.Every(10));
        return Stream.of(
                Arguments.of(
                        "D40: a disabled rule sees nothing",
                        List.of(off, on, OracleRow.rule(A)),
                        "A@1 B@2 A@3 C@4 A@5",
                        "r:DO#1[A1] off:DO#2[B1] on:DO#4[C1] r:DO#5[A3]"),
                Arguments.of(
                        "D40: what it gathered stays",
                        List.of(off, on, OracleRow.rule(new Expr.Count(2, A, 0))),
                        "A@1 B@2 A@3 C@4 A@5",
                        "off:DO#2[B1] on:DO#4[C1] r:DO#5[A1,A3]"),
                Arguments.of(
                        "D40: windows end silently",
                        List.of(
                                off,
                                on,
                                OracleRow.rule(new Expr.Count(2, A, 10)).withOnTimeout()),
                        "A@1 B@2 C@14 A@15",
                        "off:DO#2[B1] on:DO#3[C1]"),
                Arguments.of(
                        "D40: ticks are skipped",
                        List.of(off, on, tick),
                        "B@5 .@20 C@25 .@31",
                        "off:DO#1[B1] on:DO#3[C1] r:DO@30[r/timer]"),
                Arguments.of(
                        "D40: enabled later, armed then",
                        List.of(on, tick.disabled()),
                        ".@20 C@25 .@36",
                        "on:DO#2[C1] r:DO@35[r/timer]"),
                Arguments.of(
                        "D7: rules in source order: disabled before",
                        List.of(off, OracleRow.rule(B)),
                        "B@1",
                        "off:DO#1[B1]"),
                Arguments.of(
                        "D7: rules in source order: disabled after",
                        List.of(OracleRow.rule(B), off),
                        "B@1 B@2",
                        "r:DO#1[B1] off:DO#1[B1] off:DO#2[B2]"),
                Arguments.of(
                        "D26: deadlines before the event, earliest first",
                        List.of(
                                OracleRow.rule(all(30, A, B)).withOnTimeout(),
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

    /** {@code tried} is tried again twice, after 10 ms and 20 ms, and {@code sub} is another task. */
    static Stream<Arguments> calls() {
        Rule call = Rule.of("c", A).invoking("tried");
        Rule start = Rule.of("s", C).invoking("sub");
        Rule done = Rule.of("r", leaf(Expr.Kind.COMPLETED, "tried"));
        Rule settled = Rule.of("r", leaf(Expr.Kind.SETTLED, "tried"));
        Rule failed = Rule.of("f", leaf(Expr.Kind.FAILED, "tried"));
        Rule ended = Rule.of("r", leaf(Expr.Kind.SETTLED, "sub"));
        Rule adding = Rule.of("a", A).once().adding(Optional.of(Rule.of("a", A)));
        return Stream.of(
                Arguments.of(
                        "D45: the second attempt, when its time has come",
                        List.of(call, done),
                        "A@1 failed:#f~c/0@2 completed:#early~c/0^2@11 completed:#late~c/0^2@12",
                        "c:DO#1[A1] r:DO#4[late]"),
                Arguments.of(
                        "D45: the delay grows, and the last failure counts",
                        List.of(call, failed),
                        "A@1 failed:#f~c/0@2 failed:#g~c/0^2@12 failed:#early~c/0^3@31 failed:#h~c/0^3@32",
                        "c:DO#1[A1] f:DO#5[h]"),
                Arguments.of(
                        "D6: an outcome of an attempt before",
                        List.of(call, done),
                        "A@1 failed:#f~c/0@2 completed:#old~c/0@20 completed:#new~c/0^2@21",
                        "c:DO#1[A1] r:DO#4[new]"),
                Arguments.of(
                        "D43: a cancel settles each open call, once",
                        List.of(call, Rule.of("x", B).cancelling("tried"), settled),
                        "A@1 A@2 B@3 completed:#late~c/0@4 B@5",
                        "c:DO#1[A1] c:DO#2[A2] x:DO#3[B1] r:DO#3[B1] r:DO#3[B1] x:DO#5[B2]"),
                Arguments.of(
                        "D42: a sub-task's end is an event of its parent",
                        List.of(start, ended),
                        "C@1 completed:#e~s/0@2 completed:#again~s/0@3",
                        "s:DO#1[C1] r:DO#2[e]"),
                Arguments.of(
                        "D44: an added rule sees what comes after the event that adds it",
                        List.of(adding),
                        "A@1 A@2",
                        "DO#1[A1] DO#2[A2]"),
                Arguments.of(
                        "D23: after a cancel of the task nothing",
                        List.of(call),
                        "A@1 cancel:@2 A@3",
                        "DO#1[A1] END#2[CANCELLED]"),
                Arguments.of(
                        "D48: one at a time, the next when the first has ended",
                        List.of(call.atMost(1), done),
                        "A@1 A@2 completed:#early~c/1@3 completed:#a~c/0@4 completed:#b~c/1@5",
                        "c:DO#1[A1] c:DO#2[A2] r:DO#4[a] r:DO#5[b]"),
                Arguments.of(
                        "D48: a retry waits before the others, from when its delay is over",
                        List.of(call.atMost(1), done),
                        "A@1 A@2 A@3 failed:#f~c/0@4 .@14 completed:#x~c/2@15 completed:#b~c/1@16"
                                + " completed:#y~c/2@17 completed:#a~c/0^2@18 completed:#c~c/2@19",
                        "c:DO#1[A1] c:DO#2[A2] c:DO#3[A3] r:DO#7[b] r:DO#9[a] r:DO#10[c]"),
                Arguments.of(
                        "D49: what completed is undone, the last first, and only the retries' time counts",
                        List.of(
                                Rule.of("c", A).invoking("done"),
                                Rule.of("q", B).failing(true),
                                Rule.of("t", new Expr.Every(8))),
                        "A@1 A@2 A@3 completed:#y~c/1@4 completed:#x~c/0@5 B@6 completed:#w~c/2@7 cancel:@8"
                                + " failed:=2#f~compensate/1@9 completed:#early~compensate/1^2@18"
                                + " completed:#u~compensate/1^2@19 failed:#g~compensate/0@20 A@21",
                        "c:DO#1[A1] c:DO#2[A2] c:DO#3[A3] q:DO#6[B1] compensate:UNDO#6[done]"
                                + " compensate:UNDO#11[done] task:END#12[FAILED]"));
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
                Arguments.of(
                        "gather: in slice order",
                        foreach,
                        two + "completed:=5#b~each/1@3 completed:#a~each/0@4 close:parts=2~go/0@5",
                        before + " r:DO#5[a,b]"),
                Arguments.of(
                        "gather: the close need not be last",
                        foreach,
                        two + "close:parts=2~go/0@3 completed:#a~each/0@4 completed:#b~each/1@5",
                        before + " r:DO#5[a,b]"),
                Arguments.of(
                        "D31: completion closes",
                        foreach,
                        two + "completed:#s~go/0@3 completed:#a~each/0@4 completed:#b~each/1@5",
                        before + " r:DO#5[a,b]"),
                Arguments.of("D12: no slices", foreach, "completed:#s~go/0@3", "go:DO#0[start] r:DO#1[]"),
                Arguments.of(
                        "D33: the close opens the window too",
                        foreach,
                        two + "completed:#s~go/0@3 .@13",
                        before + " r:TIMEOUT@13[]"),
                Arguments.of(
                        "D30: a repeat is ignored", foreach, two + "item:parts#k1~go/0@3 close:parts=2~go/0@4", before),
                Arguments.of(
                        "D30: another content fails the task",
                        foreach,
                        two + "item:parts=9#k1~go/0@3 item:parts#k2~go/0@4",
                        before + " task:END#3[FAILED]"),
                Arguments.of(
                        "D31: a close that contradicts fails the task",
                        foreach,
                        two + "close:parts=3~go/0@3 completed:#a~each/0@4",
                        before + " task:END#3[FAILED]"),
                Arguments.of(
                        "D31: an item after the close fails the task",
                        foreach,
                        two + "close:parts=2~go/0@3 item:parts#k3~go/0@4 item:parts#k4~go/0@5",
                        before + " task:END#4[FAILED]"),
                Arguments.of("D32: a failed stream", foreach, two + "failed:#f~go/0@3", before + " r:FAILED#3[]"),
                Arguments.of(
                        "D57: the next attempt's outcome counts, the lost one's does not",
                        foreach,
                        two + "close:parts=2~go/0@3 completed:#b~each/1@4 lost:#l~each/0@5 completed:#x~each/0@6"
                                + " completed:#a~each/0^2@7",
                        before + " r:DO#7[a,b]"),
                Arguments.of(
                        "D57: what was signalled stays, and the next attempt repeats it",
                        foreach,
                        two + "lost:#l~go/0@3 item:parts#k9~go/0@4 item:parts#k0~go/0^2@5 close:parts=2~go/0^2@6"
                                + " completed:#a~each/0@7 completed:#b~each/1@8",
                        before + " r:DO#8[a,b]"),
                Arguments.of(
                        "D57: the tenth loss is a failure",
                        foreach,
                        two + "lost:#l~go/0@3 lost:#l~go/0^2@4 lost:#l~go/0^3@5 lost:#l~go/0^4@6 lost:#l~go/0^5@7"
                                + " lost:#l~go/0^6@8 lost:#l~go/0^7@9 lost:#l~go/0^8@10 lost:#l~go/0^9@11"
                                + " lost:#m~go/0^10@12",
                        before + " r:FAILED#12[]"),
                Arguments.of(
                        "D28: nothing after the outcome",
                        foreach,
                        "completed:#s~go/0@1 item:parts#k0~go/0@2",
                        "go:DO#0[start] r:DO#1[]"),
                Arguments.of(
                        "D6: an outcome of a firing that never was",
                        foreach,
                        "completed:#s~go/7@1 completed:#s~each/0@2",
                        "go:DO#0[start]"),
                Arguments.of(
                        "D21: a failure nobody waits for",
                        foreach,
                        two + "failed:#f~each/0@3 item:parts#k2~go/0@4",
                        before + " task:END#3[FAILED]"));
    }
}
