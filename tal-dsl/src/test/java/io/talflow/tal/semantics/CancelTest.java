package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A cancel")
class CancelTest {
    private static final String WORKFLOW = """
            tal: 1
            workflow: trip
            events: {more: {type: com.example.more}, drop: {type: com.example.drop}}
            functions:
              book: {python: book.py, compensate: unbook}
              busy: {python: busy.py, retry: [{errorEquals: [ALL], interval: 1h}]}
              unbook: {python: unbook.py}
            rules:
              - {when: started, do: [{invoke: book}, {invoke: busy}]}
              - {when: {event: more}, fires: each, maxConcurrency: 1, do: {invoke: book, as: extra}}
              - {when: {event: drop}, do: {fail: {error: Trip.Off, compensate: true}}}
              - {when: {every: 1h}, fires: each, do: {set: {hour: 1}}}
              - {when: {completed: busy}, do: {complete: done}}
            """;

    @Test
    @DisplayName("of a task that has not started is a dead letter")
    void beforeTheStart() {
        TaskScript task = new TaskScript(WORKFLOW).cancel(false);
        assertThat(task.deadLetters()).containsExactly("task/unknown");
        assertThat(task.rows()).isEmpty();
    }

    @Test
    @DisplayName("ends at once a task that waits for its definition, tells its parent, and leaves the tombstone")
    void whileItWaits() {
        TaskScript task = new TaskScript(WORKFLOW);
        task.on(startOf("not-there-yet")).event("com.example.more", 1L).cancel(true);
        assertThat(task.ended()).isEqualTo("CANCELLED");
        assertThat(task.rows()).containsOnlyKeys("h");
        assertThat(task.ofType(Effect.Ended.class)).hasSize(1);
        assertThat(task.ofType(Effect.Append.class)).singleElement().satisfies(append -> {
            assertThat(append.event().type()).isEqualTo(EventTypes.INVOCATION_FAILED);
            assertThat(append.event().firing()).isEqualTo("parent/p@7/r/0");
            assertThat(new String(append.event().data(), StandardCharsets.UTF_8))
                    .contains("\"error\":\"Task.Cancelled\"");
        });
        assertThat(task.ofType(Effect.Decision.class))
                .singleElement()
                .satisfies(decision -> assertThat(decision.data())
                        .containsEntry("ended", "CANCELLED")
                        .containsEntry("noted", Map.of("begun", false)));
        endIsTheEnd(task);
    }

    @Test
    @DisplayName(
            "of a task that runs withdraws what runs, waits for a place or for its retry, and no time is waited for")
    void whileItRuns() {
        TaskScript task = running();
        task.cancel(false);
        assertThat(task.ended()).isEqualTo("CANCELLED");
        assertThat(task.ofType(Effect.Withdraw.class))
                .extracting(withdraw -> withdraw.firing().replaceAll(".*@1/", ""))
                .as("busy is to be tried again in an hour, and of the extra ones one has a place")
                .containsExactly("rule-1/0", "rule-2/0");
        assertThat(lastStatuses(task)).containsOnly("CANCELLED");
        endIsTheEnd(task);
    }

    @Test
    @DisplayName("of a task that runs undoes first what completed, if it says so")
    void whileItRunsWithCompensation() {
        TaskScript task = running();
        task.complete(task.call("book"), Map.of()).cancel(true);
        assertThat(task.ended()).isEqualTo("COMPENSATING");
        task.complete(task.call("compensate:book"), Map.of());
        assertThat(task.ended()).isEqualTo("CANCELLED");
        endIsTheEnd(task);
    }

    @Test
    @DisplayName("of a task that is being compensated changes nothing, and is counted")
    void whileItIsCompensated() {
        TaskScript task = running();
        task.complete(task.call("book"), Map.of()).event("com.example.drop", 1L);
        assertThat(task.ended()).isEqualTo("COMPENSATING");
        task.cancel(false);
        assertThat(task.ended()).isEqualTo("COMPENSATING");
        assertThat(ignored(task)).isEqualTo(1L);
        task.complete(task.call("compensate:book"), Map.of());
        assertThat(task.ended()).isEqualTo("FAILED");
        endIsTheEnd(task);
    }

    @Test
    @DisplayName("of a task that has ended changes nothing, and is counted")
    void afterItsEnd() {
        TaskScript completed = running().at(3_600_002).clock();
        endIsTheEnd(completed.complete(completed.call("busy"), 1L));
        assertThat(completed.ended()).isEqualTo("COMPLETED");
        TaskScript failed = running();
        endIsTheEnd(failed.fail(failed.call("book"), "Full"));
        assertThat(failed.ended()).isEqualTo("FAILED");
    }

    /** With a call that runs, one that waits to be tried again, and two of a rule that may have one. */
    private static TaskScript running() {
        TaskScript task = new TaskScript(WORKFLOW).start(Map.of());
        task.fail(task.call("busy"), "Busy");
        return task.event("com.example.more", 1L).event("com.example.more", 2L);
    }

    private static void endIsTheEnd(TaskScript task) {
        String end = task.ended();
        long before = ignored(task);
        task.cancel(false).cancel(true).event("com.example.more", 9L);
        assertThat(task.ended()).isEqualTo(end);
        assertThat(ignored(task)).isEqualTo(before + 3);
    }

    private static long ignored(TaskScript task) {
        return (Long) ((Map<?, ?>) task.status().get("counts")).get("ignoredEvents");
    }

    /** The last status told of each invocation. */
    private static List<Object> lastStatuses(TaskScript task) {
        Map<String, Object> last = new java.util.TreeMap<>();
        task.ofType(Effect.Status.class).stream()
                .filter(status -> status.type().equals(Effect.Status.INVOCATION))
                .forEach(status -> last.put(status.key(), status.data().get("status")));
        return List.copyOf(last.values());
    }

    private static TalEvent startOf(String version) {
        return new TalEvent(
                "start",
                "/test",
                EventTypes.TASK_STARTED,
                "",
                TalEvent.Kind.CONTROL,
                "trip/k",
                "",
                0,
                Map.of(EventTypes.PARENT, "parent/p@7/r/0"),
                Json.bytes(Map.of("workflow", "trip", "version", version, "input", Map.of("to", "X"))));
    }
}
