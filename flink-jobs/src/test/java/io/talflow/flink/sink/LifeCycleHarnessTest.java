package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a task leaves in the state")
class LifeCycleHarnessTest {
    private static final long T0 = 1_700_000_000_000L;
    private static final long WEEK = Duration.ofDays(7).toMillis();
    private static final String BUSY = """
            tal: 1
            workflow: busy
            events: {go: {type: com.example.go}, tick: {type: com.example.tick}}
            functions:
              split: {replay: {runtime: 0s}, emits: {parts: stream}}
              body: {replay: {runtime: 0s}, retry: [{errorEquals: [ALL], interval: 1h}], compensate: undo}
              undo: {replay: {runtime: 0s}}
            rules:
              - {when: started, do: [{invoke: split}, {set: {a: 1, b: {c: 2}}}]}
              - {id: bodies, when: {item: split.parts}, fires: each, maxConcurrency: 3, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.parts}, do: {set: {sum: "${ values }"}}}
              - {when: {seq: [{event: go}, {event: tick}], within: 1h}, fires: each, do: {set: {went: true}}}
              - {when: {count: 500, of: {event: tick}}, do: {set: {ticked: true}}}
              - {when: {absent: {event: go}, for: 2h}, do: {set: {late: true}}}
              - {when: {every: 30s}, fires: each, do: {add: {id: x, when: {event: go}, do: {set: {x: 1}}}}}
              - {when: {batch: {event: tick}, size: 7, maxWait: 1h}, fires: each, do: {set: {n: "${ size(values) }"}}}
              - {when: {all: [{gather: {completed: body}, over: split.parts}, {event: go}]}, do: {complete: "${ results.split }"}}
            """;
    private static final String PARENT = """
            tal: 1
            workflow: parent
            rules:
              - {when: started, do: {start: child, with: {n: "${ input.n }"}}}
              - {when: {completed: child}, do: {complete: "${ event.data }"}}
              - {when: {failed: child}, do: {complete: "${ event.data.error }"}}
            """;
    private static final String CHILD = """
            tal: 1
            workflow: child
            input: {type: object, required: [n], properties: {n: {type: integer}}}
            rules:
              - {when: started, if: "${ input.n > 0 }", do: {complete: "${ input.n }"}, else: {fail: {error: No.Good}}}
            """;
    private static final String EARLY = """
            tal: 1
            workflow: early
            events: {go: {type: com.example.go}}
            rules:
              - {when: {count: 2, of: {event: go}}, do: {complete: "${ values }"}}
            """;

    @Test
    @DisplayName("is its tombstone when it has ended, and nothing after seven days, timers included")
    void aTombstoneThenNothing() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0, T0)) {
            harness.define("busy", "v", BUSY);
            run(harness, "busy/1", 40);
            assertThat(harness.status("busy/1")).isEqualTo("COMPLETED");
            sweep(harness, T0);
            assertThat(harness.rows()).containsOnlyKeys("busy/1");
            assertThat(harness.rows().get("busy/1")).containsExactly("h", "out");
            assertThat(harness.timers()).as("the tombstone's").isEqualTo(1);
            harness.log(start("busy", "busy/1", Map.of()));
            harness.jobClock(T0 + WEEK - 1_000);
            assertThat(harness.rows()).containsOnlyKeys("busy/1");
            harness.jobClock(T0 + WEEK + 120_000);
            assertThat(harness.rows()).isEmpty();
            assertThat(harness.timers()).isZero();
            assertThat(harness.appended()).as("nobody is poked any more").isEmpty();
        }
    }

    @Test
    @DisplayName("is the same in each of ten rounds of 200 tasks")
    void doesNotGrow() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0, T0)) {
            harness.define("busy", "v", BUSY);
            List<Long> bytes = new ArrayList<>();
            List<Integer> timers = new ArrayList<>();
            for (int round = 0; round < 10; round++) {
                long now = T0 + round * (WEEK + 3_600_000);
                harness.jobClock(now);
                harness.brokerClock(now);
                for (int number = 0; number < 200; number++) {
                    run(harness, "busy/r%dn%03d".formatted(round, number), 5);
                }
                sweep(harness, now);
                assertThat(harness.rows())
                        .hasSize(200)
                        .allSatisfy((task, rows) -> assertThat(rows).containsExactly("h", "out"));
                bytes.add(harness.stateBytes());
                timers.add(harness.timers());
            }
            assertThat(timers).containsOnly(200);
            assertThat(bytes)
                    .allSatisfy(each -> assertThat(each).isBetween(bytes.get(0) - 2_000, bytes.get(0) + 2_000));
        }
    }

    @Test
    @DisplayName("of a sub-task is told its parent as the outcome of an invocation, and both end")
    void aSubTasksEndIsItsParents() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0, T0)) {
            harness.define("parent", "v", PARENT);
            harness.take(harness.definitions().apply("child", "v", CHILD, T0));
            harness.log(start("parent", "parent/good", Map.of("n", 5)));
            harness.log(start("parent", "parent/bad", Map.of("n", -5)));
            harness.readBack();
            assertThat(harness.status("parent/good")).isEqualTo("COMPLETED");
            assertThat(harness.status("parent/bad")).isEqualTo("COMPLETED");
            List<String> children = harness.rows().keySet().stream()
                    .filter(task -> task.startsWith("child/"))
                    .toList();
            assertThat(children)
                    .hasSize(2)
                    .extracting(harness::status)
                    .containsExactlyInAnyOrder("COMPLETED", "FAILED");
            assertThat(harness.deadLetters()).isEmpty();
        }
    }

    @Test
    @DisplayName("that is cancelled while it waits for its definition is a tombstone; its parent is told")
    void aTaskThatNeverBegan() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0, T0)) {
            harness.define("parent", "v", PARENT);
            harness.log(start("parent", "parent/1", Map.of("n", 5)));
            harness.readBack();
            String child = harness.rows().keySet().stream()
                    .filter(task -> task.startsWith("child/"))
                    .findFirst()
                    .orElseThrow();
            harness.log(TalEvent.engine("c", "/test", EventTypes.TASK_CANCEL, child, Map.of()));
            harness.readBack();
            assertThat(harness.status(child)).isEqualTo("CANCELLED");
            assertThat(harness.status("parent/1")).isEqualTo("COMPLETED");
            assertThat(harness.rows().get(child)).containsExactly("h");
            assertThat(harness.waiting()).isEmpty();
            harness.take(harness.definitions().apply("child", "v", CHILD, T0));
            assertThat(harness.status(child)).isEqualTo("CANCELLED");
            harness.jobClock(T0 + WEEK + 120_000);
            assertThat(harness.rows()).isEmpty();
        }
    }

    @Test
    @DisplayName("before it starts are the events that are kept for it, delivered in order when it does")
    void earlyEventsAreDelivered() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0, T0)) {
            harness.define("early", "v", EARLY);
            harness.log(early("early/1", 1, 60_000));
            harness.log(early("early/1", 2, 60_000));
            try (SinkHarness restored = harness.restored(T0)) {
                restored.log(start("early", "early/1", Map.of()));
                assertThat(restored.status("early/1")).isEqualTo("COMPLETED");
                assertThat(restored.out())
                        .filteredOn(record -> record.topic().equals("tal.tasks"))
                        .last()
                        .satisfies(last -> assertThat(last.value()).asString().contains("\"output\":[1,2]"));
                assertThat(restored.deadLetters()).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("is nothing when it never starts: each event is a dead letter at its own time")
    void earlyEventsExpire() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0, T0)) {
            harness.brokerClock(T0);
            harness.log(early("early/1", 1, 60_000));
            harness.log(early("early/1", 2, 3_600_000));
            harness.log(early("early/2", 3, 0));
            assertThat(harness.deadLetters()).containsExactly("task/unknown");
            harness.brokerClock(T0 + 60_001);
            harness.jobClock(T0 + 60_001);
            harness.readBack();
            assertThat(harness.deadLetters()).containsExactly("task/unknown", "event/kept-too-long");
            harness.brokerClock(T0 + 3_600_001);
            harness.jobClock(T0 + 3_600_001);
            harness.readBack();
            assertThat(harness.deadLetters())
                    .containsExactly("task/unknown", "event/kept-too-long", "event/kept-too-long");
            assertThat(harness.timers()).isZero();
            assertThat(harness.rows()).as("rows of a task that never was").isEmpty();
        }
    }

    /** Starts a task of the busy workflow and does its functions' work until it ends. */
    private static void run(SinkHarness harness, String task, int slices) throws Exception {
        harness.log(start("busy", task, Map.of()));
        for (int number = 0; number < 12; number++) {
            harness.log(TalEvent.engine("tick" + number, "/test", "com.example.tick", task, number));
        }
        List<Long> parts = new ArrayList<>();
        for (long part = 0; part < slices; part++) {
            parts.add(part);
        }
        for (List<Request> requests = harness.requests(); !requests.isEmpty(); requests = harness.requests()) {
            for (Request request : requests) {
                if (request.function().equals("split")) {
                    harness.log(outcome(request, Map.of("parts", parts)));
                } else if (request.function().equals("body")) {
                    harness.log(outcome(request, Json.parse(request.input())));
                }
            }
        }
        harness.log(TalEvent.engine("go", "/test", "com.example.go", task, 1));
        harness.requests();
    }

    /** Lets the job's clock run as long as sweeping takes. */
    private static void sweep(SinkHarness harness, long from) throws Exception {
        for (int millis = 1; millis <= 50; millis++) {
            harness.jobClock(from + millis);
        }
    }

    private static TalEvent start(String workflow, String task, Map<String, Object> input) {
        return TalEvent.engine(
                "start",
                "/test",
                EventTypes.TASK_STARTED,
                task,
                Map.of("workflow", workflow, "version", "v", "input", input));
    }

    private static TalEvent early(String task, int number, long keepMillis) {
        return new TalEvent(
                "go" + number,
                "/test",
                "com.example.go",
                "",
                TalEvent.Kind.CONTROL,
                task,
                "",
                0,
                Map.of(EventTypes.KEEP, Long.toString(keepMillis)),
                Json.bytes(number));
    }

    private static TalEvent outcome(Request request, Object result) {
        return new TalEvent(
                request.firing() + "/" + request.attempt(),
                "/talflow/" + request.task(),
                EventTypes.INVOCATION_COMPLETED,
                "",
                TalEvent.Kind.CONTROL,
                request.task(),
                request.firing(),
                request.attempt(),
                Map.of(),
                Json.bytes(result));
    }
}
