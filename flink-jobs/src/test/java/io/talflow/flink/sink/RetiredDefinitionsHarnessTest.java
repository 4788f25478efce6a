package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A version that is not the current one any more")
class RetiredDefinitionsHarnessTest {
    private static final long T0 = 1_700_000_000_000L;
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = 24 * HOUR;
    private static final String TEXT = """
            tal: 1
            workflow: w
            deadline: 48h
            events: {go: {type: com.example.go}}
            rules:
              - {when: {event: go}, do: {complete: %s}}
            """;
    private static final String V1 = TEXT.formatted("v1");
    private static final String V2 = TEXT.formatted("v2");

    private int tasks;

    @Test
    @DisplayName("stays as long as a task of it may last and a day more, then goes, by the log's time and not before")
    void goesWhenNoTaskCanRunIt() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0, T0)) {
            harness.take(harness.definitions().apply("w", "v1", V1, T0));
            harness.take(harness.definitions().apply("w", "v2", V2, T0 + DAY));
            harness.jobClock(T0 + 100 * DAY);
            assertThat(isKnown(harness, "v1"))
                    .as("before the log has been read")
                    .isTrue();
            harness.logHasBeenReadTo(T0 + 4 * DAY);
            harness.jobClock(T0 + 101 * DAY);
            assertThat(isKnown(harness, "v1")).as("at its last moment").isTrue();
            harness.logHasBeenReadTo(T0 + 4 * DAY + 1);
            assertThat(isKnown(harness, "v1")).as("until the hour is full").isTrue();
            harness.jobClock(T0 + 102 * DAY);
            assertThat(isKnown(harness, "v1")).isFalse();
            assertThat(isKnown(harness, "v2")).isTrue();
        }
    }

    @Test
    @DisplayName("goes after a deletion likewise, and does not come back by its old record, but by a new one")
    void doesNotComeBack() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0, T0)) {
            harness.take(harness.definitions().apply("w", "v1", V1, T0));
            harness.take(List.of(harness.definitions().delete("w", T0 + DAY)));
            harness.logHasBeenReadTo(T0 + 4 * DAY + 1);
            harness.jobClock(T0 + 2 * HOUR);
            assertThat(isKnown(harness, "v1")).isFalse();
            List<DefinitionRecord> old = harness.definitions().records();
            try (SinkHarness restored = harness.restored(T0 + 3 * HOUR)) {
                restored.take(old);
                assertThat(isKnown(restored, "v1")).isFalse();
                restored.take(restored.definitions().apply("w", "v1", V1, T0 + 5 * DAY));
                assertThat(isKnown(restored, "v1")).isTrue();
                restored.logHasBeenReadTo(T0 + 500 * DAY);
                restored.jobClock(T0 + 500 * DAY);
                assertThat(isKnown(restored, "v1"))
                        .as("it is the current one again")
                        .isTrue();
            }
        }
    }

    @Test
    @DisplayName("counts from its first successor, and from the next one known where the topic has forgotten that")
    void countsFromItsSuccessor() throws Exception {
        try (SinkHarness all = new SinkHarness(null, T0, T0);
                SinkHarness compacted = new SinkHarness(null, T0, T0)) {
            all.take(all.definitions().apply("w", "v1", V1, T0));
            all.take(all.definitions().apply("w", "v2", V2, T0 + DAY));
            all.take(all.definitions().apply("w", "v3", TEXT.formatted("v3"), T0 + 2 * DAY));
            compacted.take(List.of(all.definitions().records().get(0)));
            compacted.take(all.definitions().last(2));
            for (SinkHarness harness : List.of(all, compacted)) {
                harness.logHasBeenReadTo(T0 + 4 * DAY + 1);
                harness.jobClock(T0 + 2 * HOUR);
            }
            assertThat(isKnown(all, "v1")).isFalse();
            assertThat(isKnown(compacted, "v1")).isTrue();
            compacted.logHasBeenReadTo(T0 + 5 * DAY + 1);
            compacted.jobClock(T0 + 4 * HOUR);
            assertThat(isKnown(compacted, "v1")).isFalse();
        }
    }

    @Test
    @DisplayName("counts from when it is read where the topic has forgotten its deletion")
    void countsFromItsReading() throws Exception {
        try (SinkHarness harness = new SinkHarness(null, T0 + 50 * DAY, T0)) {
            harness.define("w", "v1", V1);
            harness.logHasBeenReadTo(T0 + 51 * DAY);
            harness.jobClock(T0 + 50 * DAY + HOUR);
            assertThat(isKnown(harness, "v1")).isTrue();
            harness.logHasBeenReadTo(T0 + 53 * DAY + HOUR + 1);
            harness.jobClock(T0 + 50 * DAY + 2 * HOUR);
            assertThat(isKnown(harness, "v1")).isFalse();
        }
    }

    /** Whether a task that names the version begins. */
    private boolean isKnown(SinkHarness harness, String version) throws Exception {
        String task = "w/" + ++tasks;
        Map<String, Object> data = Map.of("workflow", "w", "version", version, "input", Map.of());
        harness.log(TalEvent.engine("start", "/test", EventTypes.TASK_STARTED, task, data));
        return harness.status(task).equals("RUNNING");
    }
}
