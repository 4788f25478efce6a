package io.talflow.eval;

import io.talflow.eval.Latencies.Trace;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Watches one task at a time from outside, at the log and at the topic that tells its end, so that the floor and Talflow
 * are timed by the same clock at the same place.
 */
final class LogTail implements AutoCloseable {
    private static final Duration LONGEST_TASK = Duration.ofSeconds(60);

    private final String log;
    private final Predicate<ConsumerRecord<byte[], byte[]>> ends;
    private final Tail tail;

    private volatile Watched watched = new Watched("", new CountDownLatch(1));

    private static final class Watched {
        private final String task;
        private final CountDownLatch ended;
        private final List<Long> seenNanos = new ArrayList<>();
        private long endedNanos;

        Watched(String task, CountDownLatch ended) {
            this.task = task;
            this.ended = ended;
        }
    }

    /**
     * @param log topic of the events of tasks, keyed by task
     * @param end topic of the records that can tell a task's end, keyed by task
     * @param ends whether one does
     */
    LogTail(String bootstrap, String log, String end, Predicate<ConsumerRecord<byte[], byte[]>> ends) {
        this.log = log;
        this.ends = ends;
        this.tail = new Tail(bootstrap, List.of(log, end), this::seen);
    }

    /**
     * Runs one task and waits for its end.
     *
     * @param send sends the start event
     */
    Trace run(String task, Runnable send) throws InterruptedException {
        Watched now = new Watched(task, new CountDownLatch(1));
        watched = now;
        long sent = System.nanoTime();
        send.run();
        tail.await(now.ended, LONGEST_TASK, () -> "the end of task " + task);
        return new Trace(now.endedNanos - sent, differences(now.seenNanos));
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        Watched now = watched;
        if (record.key() == null || !new String(record.key(), StandardCharsets.UTF_8).equals(now.task)) {
            return;
        }
        if (record.topic().equals(log)) {
            now.seenNanos.add(nanos);
        } else if (ends.test(record)) {
            now.endedNanos = nanos;
            now.ended.countDown();
        }
    }

    private static List<Long> differences(List<Long> times) {
        List<Long> differences = new ArrayList<>();
        for (int i = 1; i < times.size(); i++) {
            differences.add(times.get(i) - times.get(i - 1));
        }
        return differences;
    }

    @Override
    public void close() {
        tail.close();
    }
}
