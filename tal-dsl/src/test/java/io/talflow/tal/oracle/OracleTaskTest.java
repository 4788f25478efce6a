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

/** What several rules, and calls, do together. Every edge that docs/semantics.md decides is a row: a name, rules, a raw log, the firings. */
@DisplayName("The oracle says what the text says of whole tasks:")
class OracleTaskTest {
    private static final Expr A = event("A");
    private static final Expr B = event("B");
    private static final Expr C = event("C");

    @ParameterizedTest(name = "{0}")
    @MethodSource({"rules", "ties", "calls"})
    void firesAsWritten(String name, List<Rule> rules, String log, String firings) {
        assertThat(OracleRow.firings(rules, log)).isEqualTo(firings);
        assertThat(OracleRow.firingsOfEngine(rules, log)).as("by the engine").isEqualTo(firings);
    }

    static Stream<Arguments> rules() {
        Rule off = new Rule(
                "halt", B, true, OptionalInt.empty(), false, false, false, true, "", List.of(new Switch("r", false)));
        Rule on = new Rule(
                "go", C, true, OptionalInt.empty(), false, false, false, true, "", List.of(new Switch("r", true)));
        Rule tick = OracleRow.rule(new Expr.Every(10));
        return Stream.of(
                Arguments.of(
                        "D40: a disabled rule sees nothing",
                        List.of(off, on, OracleRow.rule(A)),
                        "A@1 B@2 A@3 C@4 A@5",
                        "r:DO#1[A1] halt:DO#2[B1] go:DO#4[C1] r:DO#5[A3]"),
                Arguments.of(
                        "D40: what it gathered stays",
                        List.of(off, on, OracleRow.rule(new Expr.Count(2, A, 0))),
                        "A@1 B@2 A@3 C@4 A@5",
                        "halt:DO#2[B1] go:DO#4[C1] r:DO#5[A1,A3]"),
                Arguments.of(
                        "D40: windows end silently",
                        List.of(
                                off,
                                on,
                                OracleRow.rule(new Expr.Count(2, A, 10)).withOnTimeout()),
                        "A@1 B@2 C@14 A@15",
                        "halt:DO#2[B1] go:DO#3[C1]"),
                Arguments.of(
                        "D40: ticks are skipped",
                        List.of(off, on, tick),
                        "B@5 .@20 C@25 .@31",
                        "halt:DO#1[B1] go:DO#3[C1] r:DO@30[r/timer]"),
                Arguments.of(
                        "D40: enabled later, armed then",
                        List.of(on, tick.disabled()),
                        ".@20 C@25 .@36",
                        "go:DO#2[C1] r:DO@35[r/timer]"),
                Arguments.of(
                        "D7: rules in source order: disabled before",
                        List.of(off, OracleRow.rule(B)),
                        "B@1",
                        "halt:DO#1[B1]"),
                Arguments.of(
                        "D7: rules in source order: disabled after",
                        List.of(OracleRow.rule(B), off),
                        "B@1 B@2",
                        "r:DO#1[B1] halt:DO#1[B1] halt:DO#2[B2]"),
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

    /** {@code body} is skipped or cancelled at a deadline. */
    static Stream<Arguments> ties() {
        Rule silent = Rule.of("s", new Expr.Absent(B, 10, List.of())).skipping("body");
        Expr skipped = leaf(Expr.Kind.SETTLED, "body");
        Rule window = OracleRow.rule(all(10, leaf(Expr.Kind.STARTED, ""), skipped, A));
        Rule call = Rule.of("c", A).invoking("body");
        return Stream.of(
                Arguments.of(
                        "D26: what a deadline causes finds each window that ends then over",
                        List.of(silent, window.withOnTimeout()),
                        ".@10 A@11",
                        "s:DO@10[] r:TIMEOUT@10[start]"),
                Arguments.of(
                        "D26: and opens a window anew",
                        List.of(silent, OracleRow.rule(all(10, skipped, A)).withOnTimeout()),
                        ".@10 .@21",
                        "s:DO@10[] r:TIMEOUT@20[s/timer]"),
                Arguments.of(
                        "D26: it comes before an event of the same time",
                        List.of(silent, OracleRow.rule(Expr.seq(0, skipped, A))),
                        "A@10",
                        "s:DO@10[] r:DO#1[s/timer,A1]"),
                Arguments.of(
                        "D43: a cancel at a deadline settles then",
                        List.of(
                                call,
                                Rule.of("s", new Expr.Absent(B, 10, List.of())).cancelling("body"),
                                OracleRow.rule(skipped)),
                        "A@1 .@30",
                        "c:DO#1[A1] s:DO@10[] r:DO#2[s/timer]"),
                Arguments.of(
                        "D44: a rule that a deadline adds sees an event of the same time",
                        List.of(Rule.of("s", new Expr.Absent(B, 10, List.of())).adding(Optional.of(Rule.of("x", A)))),
                        "A@10",
                        "DO@10[] DO#1[A1]"),
                Arguments.of(
                        "D44: not what the deadline causes",
                        List.of(silent.adding(Optional.of(Rule.of("x", skipped)))),
                        ".@10",
                        "DO@10[]"),
                Arguments.of(
                        "D35: what a deadline causes lies not between",
                        List.of(silent, OracleRow.rule(Expr.strict(0, A, C))),
                        "A@9 C@11",
                        "s:DO@10[] r:DO#2[A1,C1]"));
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
                                Rule.of("q", B).ending(Flow.Ends.UNDONE),
                                Rule.of("t", new Expr.Every(8))),
                        "A@1 A@2 A@3 completed:#y~c/1@4 completed:#x~c/0@5 B@6 completed:#w~c/2@7 cancel:@8"
                                + " failed:=2#f~compensate/1@9 completed:#early~compensate/1^2@18"
                                + " completed:#u~compensate/1^2@19 failed:#g~compensate/0@20 A@21",
                        "c:DO#1[A1] c:DO#2[A2] c:DO#3[A3] q:DO#6[B1] compensate:UNDO#6[done]"
                                + " compensate:UNDO#11[done] task:END#12[FAILED]"));
    }
}
