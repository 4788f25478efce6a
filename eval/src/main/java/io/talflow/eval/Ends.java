package io.talflow.eval;

import io.talflow.tal.event.Topics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Waits for the end of one task at a time, as {@code tal.tasks} tells it. */
final class Ends implements AutoCloseable {
    private final Tail tail;
    private volatile Awaited awaited = new Awaited("");

    /**
     * An end as it was read.
     *
     * @param nanos {@link System#nanoTime} of its reading
     * @param output JSON value
     */
    record Ended(long nanos, Object output) {}

    private static final class Awaited {
        private final String task;
        private final CountDownLatch arrived = new CountDownLatch(1);
        private volatile Ended ended;

        Awaited(String task) {
            this.task = task;
        }
    }

    Ends(Embedded stack) {
        this.tail = new Tail(stack.kafka(), List.of(Topics.TASKS), this::seen);
    }

    /**
     * Runs a task.
     *
     * @param send sends its start
     */
    Ended await(String task, Duration most, Runnable send) throws InterruptedException {
        Awaited now = new Awaited(task);
        awaited = now;
        send.run();
        tail.await(now.arrived, most, () -> "the end of task " + task);
        return now.ended;
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        Awaited now = awaited;
        TaskEnds.of(record).filter(end -> end.task().equals(now.task)).ifPresent(end -> {
            now.ended = new Ended(nanos, end.output());
            now.arrived.countDown();
        });
    }

    @Override
    public void close() {
        tail.close();
    }
}
