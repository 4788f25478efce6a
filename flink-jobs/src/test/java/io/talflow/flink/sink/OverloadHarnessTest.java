package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.TalEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A task that gets more than it may")
class OverloadHarnessTest {
    private static final String PAIRS = """
            tal: 1
            workflow: pairs
            events: {opened: {type: com.example.opened}, closed: {type: com.example.closed}}
            rules:
              - {when: {seq: [{event: opened}, {event: closed}], within: 1h}, do: {complete: "${ event.id }"}}
            """;
    private static final int STARTS = 5_000;
    private static final int EVENTS = 10_000;

    @Test
    @DisplayName("fails for its 5,000 sequences that only begin, and one beside it goes on")
    void unfinishedStarts() throws Exception {
        try (SinkHarness harness = new SinkHarness(null)) {
            harness.define("pairs", "v", PAIRS);
            harness.log(SinkHarness.start("pairs/flooded"));
            harness.log(SinkHarness.start("pairs/calm"));
            harness.log(event("first", "com.example.opened", "pairs/calm"));
            for (int number = 0; number < STARTS; number++) {
                harness.log(event("o" + number, "com.example.opened", "pairs/flooded"));
            }
            assertThat(harness.status("pairs/flooded")).isEqualTo("FAILED");
            assertThat(harness.out())
                    .anyMatch(record ->
                            new String(record.value(), StandardCharsets.UTF_8).contains("Task.TooManyPartialMatches"));
            harness.log(event("last", "com.example.closed", "pairs/calm"));
            assertThat(harness.status("pairs/calm")).isEqualTo("COMPLETED");
        }
    }

    @Test
    @DisplayName(
            "fails for 10,000 events in a second, also where its job is restored among them, and one beside it goes on")
    void eventsInASecond() throws Exception {
        try (SinkHarness before = new SinkHarness(null)) {
            before.define("pairs", "v", PAIRS);
            before.log(SinkHarness.start("pairs/calm"));
            before.log(event("first", "com.example.opened", "pairs/calm"));
            before.log(SinkHarness.start("pairs/flooded"));
            before.brokerClock(60_000);
            flood(before, 0, 3_000);
            try (SinkHarness harness = before.restored(60_000)) {
                flood(harness, 3_000, EVENTS);
                assertThat(harness.status("pairs/flooded")).isEqualTo("FAILED");
                assertThat(harness.out())
                        .filteredOn(record -> new String(record.value(), StandardCharsets.UTF_8)
                                .contains("\"error\":\"Task.TooManyEvents\""))
                        .isNotEmpty();
                harness.log(event("last", "com.example.closed", "pairs/calm"));
                assertThat(harness.status("pairs/calm")).isEqualTo("COMPLETED");
            }
        }
    }

    private static void flood(SinkHarness harness, int from, int to) throws Exception {
        for (int number = from; number < to; number++) {
            harness.log(event("f" + number, "com.example.closed", "pairs/flooded"));
        }
    }

    @Test
    @DisplayName(
            "keeps 10,000 events, its start among them, while its definition is unknown; each one more is a dead letter")
    void eventsBeforeItsDefinition() throws Exception {
        try (SinkHarness harness = new SinkHarness(null)) {
            harness.log(SinkHarness.start("pairs/early"));
            for (int number = 0; number < EVENTS - 1 + 2; number++) {
                harness.log(event("w" + number, "com.example.word", "pairs/early"));
            }
            assertThat(harness.deadLetters()).hasSize(2).containsOnly("task/too-many-parked");
            harness.define("pairs", "v", PAIRS);
            harness.log(event("o", "com.example.opened", "pairs/early"));
            harness.log(event("c", "com.example.closed", "pairs/early"));
            assertThat(harness.status("pairs/early")).isEqualTo("COMPLETED");
        }
    }

    private static TalEvent event(String id, String type, String task) {
        return TalEvent.engine(id, "/test", type, task, Map.of());
    }
}
