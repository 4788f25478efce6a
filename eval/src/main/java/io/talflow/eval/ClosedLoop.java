package io.talflow.eval;

import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Keeps a number of tasks in flight: whenever one ends the next is started. */
final class ClosedLoop implements AutoCloseable {
    private static final Duration LAST_ENDS = Duration.ofSeconds(60);

    private final Embedded stack;
    private final Embedded.Workflow workflow;
    private final Tail tail;
    /** Start of each task in flight, by its id. */
    private final Map<String, Long> sentNanos = new ConcurrentHashMap<>();

    private final AtomicLong started = new AtomicLong();
    private volatile boolean starting;
    private volatile Window window = new Window();
    private volatile CountDownLatch allEnded = new CountDownLatch(0);

    /** What is counted between two points of time; the tail writes, others read when it is over. */
    private static final class Window {
        private final Latencies times = new Latencies();
        private long tasks;

        synchronized void ended(long nanos) {
            tasks++;
            times.add(nanos);
        }

        synchronized long tasks() {
            return tasks;
        }
    }

    /**
     * What was measured.
     *
     * @param tasks that ended
     * @param cpuNanos of this process, all threads
     */
    record Seen(long tasks, double seconds, Latencies times, long cpuNanos) {}

    ClosedLoop(Embedded stack, Embedded.Workflow workflow) {
        this.stack = stack;
        this.workflow = workflow;
        this.tail = new Tail(stack.kafka(), List.of(Topics.TASKS), this::seen);
    }

    /** Loads for a while, then measures, then lets what is in flight end. */
    Seen run(int inflight, int settlingSeconds, int measuredSeconds) throws InterruptedException {
        allEnded = new CountDownLatch(inflight);
        starting = true;
        for (int task = 0; task < inflight; task++) {
            next();
        }
        tail.pass(Duration.ofSeconds(settlingSeconds));
        Window measured = new Window();
        long began = System.nanoTime();
        long cpuBefore = Machine.cpuNanos();
        window = measured;
        tail.pass(Duration.ofSeconds(measuredSeconds));
        window = new Window();
        double seconds = (System.nanoTime() - began) / 1e9;
        long cpu = Machine.cpuNanos() - cpuBefore;
        starting = false;
        tail.await(allEnded, LAST_ENDS, () -> sentNanos.size() + " tasks have not ended: " + sentNanos.keySet());
        return new Seen(measured.tasks(), seconds, measured.times, cpu);
    }

    private void next() {
        String task = TaskId.of(workflow.name(), "load" + started.incrementAndGet());
        sentNanos.put(task, System.nanoTime());
        stack.startTask(workflow, task, Map.of("body", "x"));
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        if (!new String(record.key(), StandardCharsets.UTF_8).startsWith(workflow.name() + "/")) {
            return; // of what is beside
        }
        TaskEnds.of(record).ifPresent(end -> {
            Long sent = sentNanos.remove(end.task());
            if (sent != null) {
                window.ended(nanos - sent);
                if (starting) {
                    next();
                } else {
                    allEnded.countDown();
                }
            }
        });
    }

    @Override
    public void close() {
        tail.close();
    }
}
