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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
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

    /** A stop in between loses nothing that was applied, and what is read again changes nothing. */
    @Test
    void answersTheSameWhenItIsReopenedAndWhenItStartsAnewAndNeverGoesBack() throws Exception {
        long seed = Long.getLong("seed", 20260105L);
        Random random = new Random(seed);
        List<ConsumerRecord<byte[], byte[]>> log = drawn(random);
        Map<String, Object> through;
        try (ViewUpdater updater = open("through.db")) {
            for (ConsumerRecord<byte[], byte[]> each : log) {
                updater.records(records(each));
            }
            through = answers(updater.view());
        }
        int from = 0;
        Map<String, Long> seen = new HashMap<>();
        while (from < log.size()) {
            // Killed at any record, it reads again some that it had applied.
            from = Math.max(0, from - random.nextInt(10));
            int to = Math.min(log.size(), from + 20 + random.nextInt(20));
            try (ViewUpdater updater = open("stopped.db")) {
                for (ConsumerRecord<byte[], byte[]> each : log.subList(from, to)) {
                    updater.records(records(each));
                    String task = "w/t" + random.nextInt(5);
                    updater.view()
                            .task(task)
                            .ifPresent(state -> assertThat((Long) state.get("revision"))
                                    .as("-Dseed=%d, %s", seed, task)
                                    .isGreaterThanOrEqualTo(seen.getOrDefault(task, 0L)));
                    updater.view().task(task).ifPresent(state -> seen.put(task, (Long) state.get("revision")));
                }
                assertThat(to < log.size() || answers(updater.view()).equals(through))
                        .as("-Dseed=%d: %s", seed, through)
                        .isTrue();
            }
            from = to;
        }
        try (ViewUpdater anew = open("anew.db")) {
            anew.records(records(compacted(log)));
            assertThat(answers(anew.view())).as("-Dseed=%d", seed).isEqualTo(through);
        }
    }

    /** Statuses of five tasks and their invocations, told in order, and some told again later, as after a recovery. */
    private List<ConsumerRecord<byte[], byte[]>> drawn(Random random) {
        List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
        long[] revisions = new long[5];
        while (log.size() < 300) {
            int task = random.nextInt(5);
            boolean again = random.nextInt(8) == 0 && revisions[task] > 3;
            long revision = again ? revisions[task] - random.nextInt(3) : ++revisions[task];
            String status = revision == 60 ? "COMPLETED" : "RUNNING";
            if (revision <= 60) {
                log.add(task("w/t" + task, status, revision, 100));
            }
            if (again) {
                for (long next = revision + 1; next <= Math.min(60, revisions[task]); next++) {
                    log.add(task("w/t" + task, next == 60 ? "COMPLETED" : "RUNNING", next, 100));
                }
            }
            String firing = "w/a@0/r/" + random.nextInt(10);
            log.add(invocation(firing, "count", random.nextBoolean() ? "RUNNING" : "BACKOFF", log.size()));
        }
        return log;
    }

    /** What compaction leaves: the last record of each key, in order. */
    @SuppressWarnings("unchecked")
    private static ConsumerRecord<byte[], byte[]>[] compacted(List<ConsumerRecord<byte[], byte[]>> log) {
        Map<String, ConsumerRecord<byte[], byte[]>> last = new LinkedHashMap<>();
        for (ConsumerRecord<byte[], byte[]> each : log) {
            String key = new String(each.key(), StandardCharsets.UTF_8);
            last.remove(key);
            last.put(key, each);
        }
        return last.values().toArray(new ConsumerRecord[0]);
    }

    private static Map<String, Object> answers(TaskView view) throws Exception {
        Map<String, Object> answers = new TreeMap<>();
        for (int task = 0; task < 5; task++) {
            Map<String, Object> state = new TreeMap<>(view.task("w/t" + task).orElseThrow());
            state.remove("asOf");
            answers.put("w/t" + task, state);
        }
        answers.put("invocations", view.invocations("w/a", "count", 100, null).items());
        return answers;
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
