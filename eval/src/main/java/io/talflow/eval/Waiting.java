package io.talflow.eval;

import io.talflow.tal.Json;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Tasks that wait for an event, by number; holds nothing of any of them. */
final class Waiting implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(20);
    private static final String WORKFLOW = "bench-idle";
    private static final String TYPE = "io.example.wake.v1";
    private static final String STARTED = "begin";
    private static final String TEXT = """
            tal: 1
            workflow: %s
            events: {wake: {type: %s}}
            rules:
              - {id: %s, when: started, do: {set: {begun: true}}}
              - {when: {event: wake}, fires: each, do: [{set: {woken: "${ event.id }"}}, {emit: {type: io.example.woken.v1}}]}
            """.formatted(WORKFLOW, TYPE, STARTED);

    private final Embedded stack;
    private final Embedded.Workflow workflow;
    private final Tail tail;
    private int tasks;
    private int sent;
    private volatile CountDownLatch started = new CountDownLatch(0);
    private volatile Woken woken = new Woken("");

    private static final class Woken {
        private final byte[] task;
        private final CountDownLatch arrived = new CountDownLatch(1);
        private volatile long nanos;

        Woken(String task) {
            this.task = task.getBytes(StandardCharsets.UTF_8);
        }
    }

    Waiting(Embedded stack) throws IOException, InterruptedException {
        this.stack = stack;
        this.workflow = stack.apply(WORKFLOW, TEXT);
        this.tail = new Tail(stack.kafka(), List.of(Topics.HISTORY, Topics.OUT), this::seen);
    }

    /**
     * Starts that many and waits until all wait.
     *
     * @return number of the first
     */
    int start(int count) throws InterruptedException {
        int first = tasks;
        started = new CountDownLatch(count);
        for (int task = 0; task < count; task++) {
            stack.startTask(workflow, id(tasks++), Map.of("order", (long) task));
        }
        tail.await(started, LONGEST, () -> started.getCount() + " tasks have not started");
        return first;
    }

    /**
     * Sends a task's event by the ingress topic.
     *
     * @return nanoseconds until the event that its rule emits is read
     */
    long wake(int task) throws InterruptedException {
        Woken now = new Woken(id(task));
        woken = now;
        long began = System.nanoTime();
        stack.sendEvent(new TalEvent(
                "wake-" + ++sent,
                "/bench/producer",
                TYPE,
                "",
                TalEvent.Kind.CONTROL,
                id(task),
                "",
                0,
                Map.of(),
                Json.bytes(Map.of("n", (long) sent))));
        tail.await(now.arrived, LONGEST, () -> "what %s emits".formatted(id(task)));
        return now.nanos - began;
    }

    private static String id(int task) {
        return TaskId.of(WORKFLOW, "t" + task);
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        Woken now = woken;
        if (record.topic().equals(Topics.OUT)) {
            if (Arrays.equals(record.key(), now.task)) {
                now.nanos = nanos;
                now.arrived.countDown();
            }
        } else if (started.getCount() > 0 && Firings.of(record, STARTED) > 0) {
            started.countDown();
        }
    }

    @Override
    public void close() {
        tail.close();
    }
}
