package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Which values a task names is said by")
class UnnamedHarnessTest {
    private static final String TASK = "w/t";
    private static final String FIRING = TASK + "@0/rule-1/0";
    private static final String IN_CONTEXT = "ab".repeat(16);
    private static final String NOWHERE = "cd".repeat(16);
    private static final String TEXT = """
            tal: 1
            workflow: w
            events: {drop: {type: com.example.drop}, stop: {type: com.example.stop}}
            functions: {make: {replay: {runtime: 0s}}}
            rules:
              - {when: started, do: {invoke: make}}
              - {when: {completed: make}, do: {set: {film: "${ event.data }"}}}
              - {when: {event: drop}, do: {set: {film: null}}}
              - {when: {event: stop}, do: {complete: 1}}
            """;

    @Test
    @DisplayName("what is in memory, what only keyed state has, and what has just changed")
    void everyRow() throws Exception {
        try (SinkHarness harness = new SinkHarness(null)) {
            harness.define("w", "v", TEXT);
            harness.log(SinkHarness.start(TASK));
            assertThat(unnamed(harness)).as("make is open").isEmpty();
            harness.log(completed());
            assertThat(unnamed(harness)).containsExactly(NOWHERE);
            try (SinkHarness restored = harness.restored(0)) {
                assertThat(unnamed(restored)).as("nothing is in memory").containsExactly(NOWHERE);
                restored.snapshot();
                restored.log(TalEvent.engine("drop", "/test", "com.example.drop", TASK, Map.of()));
                assertThat(unnamed(restored))
                        .as("keyed state still has the row that was removed")
                        .containsExactly(IN_CONTEXT, NOWHERE);
            }
        }
    }

    private static TalEvent completed() {
        String href = "/v1/runtime/data/n/%s?bytes=1".formatted(IN_CONTEXT);
        return new TalEvent(
                "done",
                "/talflow/" + TASK,
                EventTypes.INVOCATION_COMPLETED,
                "",
                TalEvent.Kind.CONTROL,
                TASK,
                FIRING,
                1,
                Map.of(),
                Json.bytes(Map.of("$data", Map.of("href", href))));
    }

    private static List<String> unnamed(SinkHarness harness) throws Exception {
        harness.out();
        List<Map<String, String>> values =
                List.of(Map.of("id", IN_CONTEXT, "of", FIRING), Map.of("id", NOWHERE, "of", FIRING));
        harness.log(
                TalEvent.engine("query", "/test", EventTypes.TASK_QUERY, TASK, Map.of("query", "q", "values", values)));
        return harness.out().stream()
                .filter(record -> record.topic().equals(Topics.REPLIES))
                .map(record -> (List<?>) Json.parseObject(record.value()).get("unnamed"))
                .map(ids -> ids.stream().map(String::valueOf).toList())
                .findFirst()
                .orElseThrow();
    }
}
