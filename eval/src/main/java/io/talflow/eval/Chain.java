package io.talflow.eval;

import io.talflow.eval.Latencies.Trace;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Functions one after the other, on an embedded stack. */
final class Chain implements AutoCloseable {
    private final AtomicLong tasks = new AtomicLong();
    private final Embedded stack;
    private final Embedded.Workflow workflow;
    private final LogTail tail;

    Chain(Embedded stack, Executor executor, int hops) throws IOException, InterruptedException {
        this.stack = stack;
        this.workflow = executor.apply(stack, hops);
        this.tail = new LogTail(
                stack.kafka(),
                Topics.EVENTS,
                Topics.TASKS,
                record -> TaskEnds.of(record).isPresent());
    }

    Trace task(byte[] body) throws InterruptedException {
        String task = TaskId.of(workflow.name(), "t" + tasks.incrementAndGet());
        Map<String, Object> input = Map.of("body", new String(body, StandardCharsets.ISO_8859_1));
        return tail.run(task, () -> stack.startTask(workflow, task, input));
    }

    @Override
    public void close() {
        tail.close();
    }
}
