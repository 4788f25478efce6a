package io.talflow.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.GatewayFailure;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.semantics.Effect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewTest {
    @TempDir
    Path directory;

    private long offset;

    @Test
    void keepsTheHighestRevisionInWhateverOrderRecordsCome() throws Exception {
        try (ViewUpdater updater = open("view.db")) {
            updater.records(records(task("w/a", "COMPLETED", 5, 100), task("w/a", "RUNNING", 3, 100)));
            updater.records(records(task("w/a", "RUNNING", 4, 100)));
            Map<String, Object> state = updater.view().task("w/a").orElseThrow();
            assertThat(state).containsEntry("status", "COMPLETED").containsEntry("revision", 5L);
            assertThat(String.valueOf(state.get("asOf"))).contains("revision=5").contains("source=view");
        }
    }

    @Test
    void takesTheLastOfOneRevision() throws Exception {
        try (ViewUpdater updater = open("view.db")) {
            updater.records(records(
                    task("w/a", "WAITING", 2, 100),
                    task("w/a", "RUNNING", 2, 100),
                    invocation("w/a@0/r/0", "count", "RUNNING", 2),
                    invocation("w/a@0/r/0", "count", "CANCELLED", 2)));
            assertThat(updater.view().task("w/a").orElseThrow())
                    .containsEntry("status", "RUNNING")
                    .containsEntry("nodes", Map.of("count", Map.of("cancelled", 1L)));
        }
    }

    @Test
    void countsInvocationsByNode() throws Exception {
        try (ViewUpdater updater = open("view.db")) {
            updater.records(records(
                    task("w/a", "RUNNING", 9, 100),
                    invocation("w/a@0/r/0", "count", "RUNNING", 1),
                    invocation("w/a@0/r/0", "count", "COMPLETED", 2),
                    invocation("w/a@0/r/1", "count", "RUNNING", 1)));
            assertThat(updater.view().task("w/a").orElseThrow().get("nodes"))
                    .isEqualTo(Map.of("count", Map.of("completed", 1L, "running", 1L)));
            assertThat(updater.view().invocations("w/a", "count", 10, null).items())
                    .hasSize(2);
            assertThat(updater.view().invocations("w/a", "other", 10, null).items())
                    .isEmpty();
        }
    }

    @Test
    void listsInPagesNewestFirstWithoutGapsOrRepeats() throws Exception {
        try (ViewUpdater updater = open("view.db")) {
            for (int i = 0; i < 25; i++) {
                updater.records(records(task("w/t" + i, i % 2 == 0 ? "RUNNING" : "FAILED", 1, i / 3)));
            }
            List<Object> seen = new ArrayList<>();
            Page.Cursor cursor = null;
            do {
                Page page = updater.view().tasks("w", null, 7, cursor);
                page.items().forEach(item -> seen.add(item.get("task")));
                cursor = page.next() == null
                        ? null
                        : Page.Cursor.parse(page.next().token());
            } while (cursor != null);
            assertThat(seen).hasSize(25).doesNotHaveDuplicates();
            assertThat(seen.get(0)).isEqualTo("w/t24");
            assertThat(updater.view().tasks(null, "FAILED", 100, null).items()).hasSize(12);
            assertThat(updater.view().tasks("other", null, 100, null).items()).isEmpty();
            assertThatThrownBy(() -> Page.Cursor.parse("%%")).isInstanceOf(GatewayFailure.class);
        }
    }

    @Test
    void wakesWhoWaitsForARevision() throws Exception {
        try (ViewUpdater updater = open("view.db")) {
            CompletableFuture<Optional<Map<String, Object>>> second =
                    updater.view().await("w/a", 2, Duration.ofSeconds(20));
            updater.records(records(task("w/a", "RUNNING", 1, 1)));
            assertThat(second).isNotDone();
            updater.records(records(task("w/a", "RUNNING", 2, 1)));
            assertThat(second.join().orElseThrow()).containsEntry("revision", 2L);
            assertThat(updater.view().await("w/a", 3, Duration.ofMillis(1)).join())
                    .isEmpty();
        }
    }

    @Test
    void leavesARecordThatIsNoStatus() throws Exception {
        try (ViewUpdater updater = open("view.db")) {
            updater.records(records(
                    new ConsumerRecord<>(Topics.TASKS, 0, offset++, null, "?".getBytes(StandardCharsets.UTF_8)),
                    task("w/a", "RUNNING", 1, 1)));
            assertThat(updater.view().task("w/a")).isPresent();
        }
    }

    @Test
    void isReadableWithoutAGatewayAndSaysItsAge() throws Exception {
        try (ViewUpdater updater = open("view.db")) {
            updater.records(records(task("w/a", "RUNNING", 7, 1)));
            updater.caughtUp();
        }
        try (StoredView stored = StoredView.open(directory.resolve("view.db")).orElseThrow()) {
            Map<String, Object> state = stored.task("w/a").orElseThrow();
            assertThat(state).containsEntry("revision", 7L);
            Map<?, ?> asOf = (Map<?, ?>) state.get("asOf");
            assertThat(asOf.get("source")).isEqualTo("stored");
            assertThat((Long) asOf.get("ageMillis")).isBetween(0L, 60_000L);
            assertThat(stored.tasks(null, null, 10, null).items()).hasSize(1);
        }
        assertThat(StoredView.open(directory.resolve("none.db"))).isEmpty();
    }

    private ViewUpdater open(String file) throws Exception {
        return new ViewUpdater(directory.resolve(file), "topic-1", Clock.systemUTC());
    }

    private ConsumerRecord<byte[], byte[]> task(String task, String status, long revision, long startedAt) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("task", task);
        data.put("status", status);
        data.put("revision", revision);
        data.put("startedAt", startedAt);
        return record(task, Effect.Status.TASK, task, data);
    }

    private ConsumerRecord<byte[], byte[]> invocation(String firing, String node, String status, long revision) {
        Map<String, Object> data = Map.of(
                "task", "w/a", "firing", firing, "node", node, "status", status, "revision", revision, "wantedAt", 1L);
        return record(firing, Effect.Status.INVOCATION, "w/a", data);
    }

    private ConsumerRecord<byte[], byte[]> record(String key, String type, String task, Map<String, Object> data) {
        TalEvent event = TalEvent.engine("id-" + offset, "/talflow/job", type, task, data);
        RecordHeaders headers = new RecordHeaders();
        headers.add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
        return new ConsumerRecord<>(
                Topics.TASKS,
                0,
                offset++,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key.getBytes(StandardCharsets.UTF_8),
                CloudEventCodec.structuredBytes(event),
                headers,
                Optional.empty());
    }

    @SafeVarargs
    private static ConsumerRecords<byte[], byte[]> records(ConsumerRecord<byte[], byte[]>... records) {
        return new ConsumerRecords<>(Map.of(new TopicPartition(Topics.TASKS, 0), List.of(records)), Map.of());
    }
}
