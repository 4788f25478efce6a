package io.talflow.tal.oracle;

import static io.talflow.tal.oracle.Expr.all;
import static io.talflow.tal.oracle.Expr.event;
import static io.talflow.tal.oracle.Expr.leaf;
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

/** What producers, their slices and their failures do. Every edge that docs/semantics.md decides is a row: a name, rules, a raw log, the firings. */
@DisplayName("The oracle says what the text says of streams and failures:")
class OracleStreamTest {
    private static final Expr A = event("A");
    private static final Expr B = event("B");

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void firesAsWritten(String name, List<Rule> rules, String log, String firings) {
        assertThat(OracleRow.firings(rules, log)).isEqualTo(firings);
        assertThat(OracleRow.firingsOfEngine(rules, log)).as("by the engine").isEqualTo(firings);
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
                Arguments.of(
                        "D7: a result brings the slices",
                        foreach,
                        "completed:split#s/2~go/0@1 completed:#b~each/1@2 completed:#a~each/0@3",
                        "go:DO#0[start] each:DO#1[s] each:DO#1[s] r:DO#3[a,b]"),
                Arguments.of("D7: none of them", foreach, "completed:split#s/0~go/0@1", "go:DO#0[start] r:DO#1[]"),
                Arguments.of(
                        "D7: after a slice was signalled the result's are none",
                        foreach,
                        "item:parts#k0~go/0@1 completed:split#s/2~go/0@2 completed:#a~each/0@3",
                        "go:DO#0[start] each:DO#1[k0] r:DO#3[a]"),
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
                        "D21: a failure that no rule waits for fails the task after what it brings: a batch is cut",
                        List.of(
                                foreach.get(0),
                                OracleRow.rule(new Expr.Batch(
                                        leaf(Expr.Kind.ITEM, "split.parts"), OptionalInt.of(3), OptionalLong.empty()))),
                        "item:parts#k0~go/0@1 failed:#f~go/0@2",
                        "go:DO#0[start] r:DO#2[k0] task:END#2[FAILED]"),
                Arguments.of(
                        "D21: a batch may complete the task first",
                        List.of(
                                foreach.get(0),
                                OracleRow.rule(new Expr.Batch(
                                                leaf(Expr.Kind.ITEM, "split.parts"),
                                                OptionalInt.of(3),
                                                OptionalLong.empty()))
                                        .ending(Flow.Ends.COMPLETED)),
                        "item:parts#k0~go/0@1 failed:#f~go/0@2",
                        "go:DO#0[start] r:DO#2[k0] task:END#2[COMPLETED]"),
                Arguments.of(
                        "D21: a part that has happened does not wait for it",
                        List.of(
                                foreach.get(0),
                                OracleRow.rule(all(0, Expr.any(A, leaf(Expr.Kind.FAILED, "split")), B))),
                        "A@1 failed:#f~go/0@2 B@3",
                        "go:DO#0[start] task:END#2[FAILED]"),
                Arguments.of(
                        "D21: one whose turn has come does",
                        List.of(foreach.get(0), OracleRow.rule(Expr.seq(0, A, leaf(Expr.Kind.FAILED, "split"), B))),
                        "A@1 failed:#f~go/0@2 B@3",
                        "go:DO#0[start] r:DO#3[A1,f,B1]"),
                Arguments.of(
                        "D21: one whose turn has not does not",
                        List.of(foreach.get(0), OracleRow.rule(Expr.seq(0, A, leaf(Expr.Kind.FAILED, "split"), B))),
                        "failed:#f~go/0@2 A@3",
                        "go:DO#0[start] task:END#1[FAILED]"),
                Arguments.of(
                        "D21: a failure nobody waits for",
                        foreach,
                        two + "failed:#f~each/0@3 item:parts#k2~go/0@4",
                        before + " task:END#3[FAILED]"));
    }
}
