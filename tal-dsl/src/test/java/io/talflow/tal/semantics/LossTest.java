package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.EventTypes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The loss of a node that runs an attempt")
class LossTest {
    private static final String WORKFLOW = """
            tal: 1
            workflow: lost
            functions:
              split:
                python: split.py
                emits: {chunks: stream}
                retry: [{errorEquals: [ALL], interval: 1s, maxAttempts: 1}]
              body: {python: body.py}
            rules:
              - {when: started, do: {invoke: split}}
              - {when: {item: split.chunks}, fires: each, maxConcurrency: 1, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.chunks}, do: {complete: "${ values }"}}
            """;

    private final TaskScript task = new TaskScript(WORKFLOW).start(Map.of(), Map.of(EventTypes.NODES, "a,b"));

    @Test
    void isFollowedByAnotherAttemptOnTheNodesThatAreLeft() {
        Effect.Dispatch first = task.call("split");
        assertThat(first.nodes()).isEqualTo("a,b");
        task.lost(first, "a", "b");
        Effect.Dispatch second = task.call("split");
        assertThat(second.firing()).isEqualTo(first.firing());
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(second.nodes()).isEqualTo("b");
        assertThat(second.input()).isEqualTo(first.input());
        task.complete(second, Map.of("chunks", List.of("x")));
        assertThat(task.call("body").nodes())
                .as("what the task calls from then on")
                .isEqualTo("b");
    }

    @Test
    void isMadeUpForByANodeThatComes() {
        Effect.Dispatch first = task.call("split");
        task.lost(first, "a", "b").placed("b,c");
        List<Effect.Decision> decisions = task.ofType(Effect.Decision.class);
        assertThat(decisions.get(decisions.size() - 1).data()).containsEntry("noted", Map.of("nodes", "b,c"));
        Effect.Dispatch second = task.call("split");
        assertThat(second.nodes()).as("called before").isEqualTo("b");
        task.complete(second, Map.of("chunks", List.of("x")));
        assertThat(task.call("body").nodes()).isEqualTo("b,c");
        task.placed("b,c");
        assertThat(task.status().get("counts")).asString().contains("ignoredEvents=1");
        task.complete(task.call("body"), "X");
        assertThat(task.status()).containsEntry("nodeIds", List.of("b", "c")).containsEntry("output", List.of("X"));
    }

    @Test
    void isRecordedWithTheNode() {
        Effect.Dispatch first = task.call("split");
        task.lost(first, "a", "b");
        List<Effect.Decision> decisions = task.ofType(Effect.Decision.class);
        assertThat(decisions.get(decisions.size() - 1).data())
                .containsEntry("noted", Map.of("lost", "rule-1/0", "attempt", 1L, "node", "a"));
    }

    @Test
    void isNoFailureThatARetryPaysFor() {
        task.lost(task.call("split"), "a", "b").lost(task.call("split"), "b", "c");
        task.at(10_000).fail(task.call("split"), "Timeout").at(11_000).clock();
        assertThat(task.call("split").attempt()).as("the one retry it has").isEqualTo(4);
        task.fail(task.call("split"), "Timeout");
        assertThat(task.error()).isEqualTo("Timeout");
    }

    @Test
    void fencesWhatTheLostAttemptSaysLater() {
        Effect.Dispatch zombie = task.call("split");
        task.item(zombie, "chunks", "0", "x").lost(zombie, "a", "b");
        task.item(zombie, "chunks", "1", "of the zombie").close(zombie, "chunks", 2);
        task.complete(zombie, Map.of()).fail(zombie, "Timeout").lost(zombie, "a", "b");
        assertThat(task.status().get("counts")).asString().contains("ignoredEvents=5");
        assertThat(task.deadLetters()).isEmpty();
        assertThat(task.calls("body")).hasSize(1);
        Effect.Dispatch second = task.call("split");
        task.item(second, "chunks", "0", "x").item(second, "chunks", "1", "y").close(second, "chunks", 2);
        task.complete(second, Map.of());
        task.complete(task.call("body"), "X").complete(task.call("body"), "Y");
        assertThat(task.status().get("output")).isEqualTo(List.of("X", "Y"));
        assertThat(task.rows()).containsOnlyKeys("h", "out");
    }

    @Test
    void doesNotUndoTheSlicesThatWereSeen() {
        Effect.Dispatch first = task.call("split");
        task.item(first, "chunks", "0", "x").lost(first, "a", "b");
        task.item(task.call("split"), "chunks", "0", "something else");
        assertThat(task.error()).isEqualTo("producer-not-repeatable");
    }

    @Test
    void keepsThePlaceUnderMaxConcurrency() {
        Effect.Dispatch split = task.call("split");
        task.item(split, "chunks", "0", "x").item(split, "chunks", "1", "y");
        assertThat(task.calls("body")).hasSize(1);
        task.lost(task.call("body"), "a", "b");
        assertThat(task.calls("body")).extracting(Effect.Dispatch::attempt).containsExactly(1, 2);
        task.complete(task.call("body"), "X");
        assertThat(task.calls("body")).extracting(Effect.Dispatch::attempt).containsExactly(1, 2, 1);
    }

    @Test
    void ofWhatHasEndedOrIsNoneOfTheTasksChangesNothing() {
        Effect.Dispatch split = task.call("split");
        task.complete(split, Map.of("chunks", List.of("x"))).lost(split, "a", "b");
        assertThat(task.calls("split")).hasSize(1);
        Effect.Dispatch other =
                new Effect.Dispatch("lost/k", "lost", "", "lost/k@1/never/0", 1, "", "", new byte[0], "");
        task.lost(other, "a", "b");
        assertThat(task.deadLetters()).containsExactly("event/unknown-firing");
        task.complete(task.call("body"), "X");
        assertThat(task.status().get("output")).isEqualTo(List.of("X"));
    }

    @Test
    void tenTimesIsAFailureOfItsOwn() {
        for (int loss = 1; loss <= 10; loss++) {
            assertThat(task.call("split").attempt()).isEqualTo(loss);
            task.at(loss * 100L).lost(task.call("split"), "n" + loss, "n" + (loss + 1));
        }
        assertThat(task.calls("split")).as("its own retry waits a second").hasSize(10);
        task.at(3_000).clock();
        task.lost(task.call("split"), "n11", "n12");
        assertThat(task.error()).isEqualTo("Node.Lost");
    }

    @Test
    void ofACompensationIsFollowedByAnotherAttempt() {
        TaskScript undone = new TaskScript("""
                tal: 1
                workflow: undone
                functions:
                  book: {python: book.py, compensate: unbook}
                  unbook: {python: unbook.py}
                rules:
                  - {when: started, do: {invoke: book}}
                  - {when: {event: never}, do: {complete: 1}}
                events: {never: {type: com.example.never}}
                """).start(Map.of());
        undone.complete(undone.call("book"), 1L).cancel(true);
        undone.lost(undone.call("compensate:book"), "a", "b");
        Effect.Dispatch again = undone.call("compensate:book");
        assertThat(again.attempt()).isEqualTo(2);
        undone.complete(again, null);
        assertThat(undone.ended()).isEqualTo("CANCELLED");
    }

    @Test
    void aSubTaskRunsWhereItsParentDoes() {
        TaskScript parent = new TaskScript("""
                tal: 1
                workflow: parent
                rules:
                  - {when: started, do: {start: child, as: child}}
                  - {when: {completed: child}, do: {complete: 1}}
                """).start(Map.of(), Map.of(EventTypes.NODES, "a,b"));
        assertThat(parent.ofType(Effect.Append.class).get(0).event().extensions())
                .containsEntry(EventTypes.NODES, "a,b");
    }
}
