package io.talflow.eval;

import io.talflow.tal.Json;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Tasks that each get more events in a second than a task may, one task a second; each must fail for it. */
final class Flood implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int BITS_A_SECOND = 100;
    private static final String TYPE = "io.example.flood.v1";

    /** What of a task is too much. */
    enum Kind {
        /** Events that a rule takes one by one. */
        events("Task.TooManyEvents", "{event: flood}, fires: each"),
        /** Sequences that begin and do not go on. */
        starts("Task.TooManyPartialMatches", "{seq: [{event: flood}, {event: never}], within: 1h}");

        private final String error;
        private final String when;

        Kind(String error, String when) {
            this.error = error;
            this.when = when;
        }
    }

    private final Embedded stack;
    private final Kind kind;
    private final Embedded.Workflow workflow;
    private final Tail tail;
    private int tasks;
    private volatile String flooded = "";
    private volatile CountDownLatch failed = new CountDownLatch(0);

    Flood(Embedded stack, Kind kind) throws IOException, InterruptedException {
        this.stack = stack;
        this.kind = kind;
        this.workflow = stack.apply("bench-flood-" + kind, """
                tal: 1
                workflow: bench-flood-%s
                events: {flood: {type: %s}, never: {type: io.example.never.v1}}
                rules:
                  - {when: %s, do: {set: {last: "${ event.id }"}}}
                """.formatted(kind, TYPE, kind.when));
        this.tail = new Tail(stack.kafka(), List.of(Topics.TASKS), this::seen);
    }

    /**
     * Sends for so many seconds.
     *
     * @param events to one task, spread over its second
     * @return tasks that failed, all for the limit
     */
    int run(int seconds, int events) throws InterruptedException {
        for (int second = 0; second < seconds; second++) {
            long began = System.nanoTime();
            flooded = TaskId.of(workflow.name(), "t" + tasks++);
            failed = new CountDownLatch(1);
            stack.startTask(workflow, flooded, Map.of());
            for (int bit = 0; bit < BITS_A_SECOND; bit++) {
                for (int at = events * bit / BITS_A_SECOND; at < events * (bit + 1) / BITS_A_SECOND; at++) {
                    stack.sendEvent(event(flooded, at));
                }
                LockSupport.parkNanos(
                        began + (bit + 1) * TimeUnit.SECONDS.toNanos(1) / BITS_A_SECOND - System.nanoTime());
            }
            tail.await(failed, LONGEST, () -> "the failure of " + flooded);
        }
        return seconds;
    }

    private static TalEvent event(String task, int number) {
        return new TalEvent(
                "flood-" + number,
                "/bench/flood",
                TYPE,
                "",
                TalEvent.Kind.CONTROL,
                task,
                "",
                0,
                Map.of(),
                Json.bytes(Map.of("n", (long) number)));
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        if (!new String(record.key(), StandardCharsets.UTF_8).equals(flooded)) {
            return;
        }
        Map<?, ?> data = (Map<?, ?>) Json.parseObject(record.value()).get("data");
        if (data.get("error") instanceof Map<?, ?> error) {
            if (!kind.error.equals(error.get("error"))) {
                throw new IllegalStateException("the flooded task failed of something else: " + Json.text(data));
            }
            failed.countDown();
        }
    }

    @Override
    public void close() {
        tail.close();
    }
}
