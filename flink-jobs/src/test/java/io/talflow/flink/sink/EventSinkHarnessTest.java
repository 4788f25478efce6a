package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The event sink")
class EventSinkHarnessTest {
    private static final long SEED = Long.getLong("seed", 20260103L);
    private static final String TASK = "w/k";
    private static final String TEXT = """
            tal: 1
            workflow: w
            events: {go: {type: com.example.go}}
            functions:
              split: {replay: {runtime: 0s}, emits: {parts: stream}}
              body: {replay: {runtime: 0s}}
              last: {replay: {runtime: 0s}}
            rules:
              - {when: started, do: {invoke: split}}
              - {when: {item: split.parts}, fires: each, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.parts, as: all}, do: {set: {sum: "${ values }"}}}
              - when: {seq: [{completed: split}, {event: go, if: "${ event.data.n > 1 }"}]}
                do: {invoke: last, with: "${ values }"}
              - when: {all: [{completed: last}, {gather: {completed: body}, over: split.parts}]}
                do: {complete: {context: "${ context }"}}
            """;

    @Test
    void firesTheSameWhenItIsRestoredAfterEveryEvent() throws Exception {
        Run undisturbed = run(false);
        Run disturbed = run(true);
        assertThat(undisturbed.ended).isEqualTo("COMPLETED");
        assertThat(disturbed.firings).isEqualTo(undisturbed.firings).doesNotHaveDuplicates();
        assertThat(disturbed.history).isEqualTo(undisturbed.history);
    }

    @Test
    void decidesTheSameWheneverItsDefinitionArrives() throws Exception {
        Run run = run(false);
        for (int before = 0; before <= run.log.size(); before++) {
            List<String> history = new ArrayList<>();
            try (SinkHarness harness = new SinkHarness(null)) {
                for (int at = 0; at <= run.log.size(); at++) {
                    if (at == before) {
                        harness.define("w", "v", TEXT);
                    }
                    if (at < run.log.size()) {
                        harness.log(run.log.get(at));
                    }
                }
                history.addAll(decisions(harness.out()));
            }
            assertThat(history)
                    .as("-Dseed=%d, the definition comes after %d events", SEED, before)
                    .isEqualTo(run.history);
        }
    }

    @Test
    void keepsATaskUntilItsDefinitionArrives() throws Exception {
        try (SinkHarness harness = new SinkHarness(null)) {
            harness.log(SinkHarness.start(TASK));
            harness.log(go(0, 5));
            assertThat(harness.requests()).isEmpty();
            OperatorSubtaskState state = harness.snapshot();
            try (SinkHarness restored = new SinkHarness(state)) {
                restored.define("w", "v", TEXT);
                assertThat(restored.requests()).extracting(Request::function).containsExactly("split");
            }
        }
    }

    @Test
    void sendsAnUnknownFiringToTheDeadLetters() throws Exception {
        try (SinkHarness harness = new SinkHarness(null)) {
            harness.define("w", "v", TEXT);
            harness.log(SinkHarness.start(TASK));
            harness.requests();
            harness.log(outcome(TASK + "@0/rule-1/7", "forged"));
            assertThat(harness.requests()).isEmpty();
            assertThat(harness.out())
                    .filteredOn(record -> record.topic().equals(Topics.DEAD_LETTERS))
                    .singleElement()
                    .satisfies(letter -> assertThat(
                                    new String(letter.headers().get("talflow-code"), StandardCharsets.UTF_8))
                            .isEqualTo("event/unknown-firing"));
        }
    }

    private record Run(List<TalEvent> log, List<String> firings, List<String> history, String ended) {}

    /** Answers every request, in a seeded order, with repeats, until the task has ended. */
    private static Run run(boolean restoring) throws Exception {
        Random random = new Random(SEED);
        List<String> firings = new ArrayList<>();
        List<String> history = new ArrayList<>();
        List<TalEvent> read = new ArrayList<>();
        Deque<TalEvent> log = new ArrayDeque<>(List.of(SinkHarness.start(TASK), go(0, 1)));
        SinkHarness harness = new SinkHarness(null);
        harness.define("w", "v", TEXT);
        while (!log.isEmpty()) {
            read.add(log.peek());
            harness.log(log.poll());
            List<TalEvent> outcomes = new ArrayList<>();
            for (Request request : harness.requests()) {
                firings.add(request.firing());
                Object result = request.function().equals("split")
                        ? Map.of("parts", List.of(10, 20, 30, 40))
                        : Json.parse(request.input());
                outcomes.add(outcome(request.firing(), result));
                if (random.nextBoolean()) {
                    outcomes.add(outcome(request.firing(), result));
                }
                if (request.function().equals("split")) {
                    outcomes.add(go(1, 2));
                }
            }
            outcomes.forEach(log::add);
            history.addAll(decisions(harness.out()));
            if (restoring) {
                SinkHarness before = harness;
                harness = before.restored(0);
                before.close();
            }
        }
        harness.close();
        String ended = history.stream()
                .map(decision -> Json.parseObject(decision.getBytes(StandardCharsets.UTF_8)))
                .map(decision -> String.valueOf(decision.getOrDefault("ended", "")))
                .filter(status -> !status.isEmpty())
                .findFirst()
                .orElse("");
        return new Run(read, firings, history, ended);
    }

    private static List<String> decisions(List<Outgoing> records) {
        return records.stream()
                .filter(record -> record.topic().equals(Topics.HISTORY))
                .map(record -> Json.text(Json.parse(record.value())))
                .toList();
    }

    private static TalEvent go(int id, long n) {
        return TalEvent.engine("go" + id, "/test", "com.example.go", TASK, Map.of("n", n));
    }

    private static TalEvent outcome(String firing, Object result) {
        return new TalEvent(
                firing + "/1",
                "/talflow/" + TASK,
                EventTypes.INVOCATION_COMPLETED,
                "",
                TalEvent.Kind.CONTROL,
                TASK,
                firing,
                1,
                Map.of(),
                Json.bytes(result));
    }
}
