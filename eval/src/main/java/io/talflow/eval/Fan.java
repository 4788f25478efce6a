package io.talflow.eval;

import io.talflow.tal.event.TaskId;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** A foreach and its gather on an embedded stack: a producer that returns a list, a body for each slice, one join. */
final class Fan {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final String TEXT = """
            tal: 1
            workflow: %s
            functions:
              split: {replay: {runtime: 0s}, emits: {parts: {kind: stream, slices: %d}}}
              body: {replay: {runtime: 0s}}
            rules:
              - {when: started, do: {invoke: split}}
              - {when: {item: split.parts}, fires: each, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.parts}, do: {complete: "${ size(values) }"}}
            """;

    private final Embedded stack;
    private final Embedded.Workflow workflow;
    private final Ends ends;
    private final long width;
    private int tasks;

    Fan(Embedded stack, Ends ends, int width) throws IOException, InterruptedException {
        this.stack = stack;
        this.ends = ends;
        this.width = width;
        String name = "bench-fan-" + width;
        this.workflow = stack.apply(name, TEXT.formatted(name, width));
    }

    /** @return nanoseconds from the call that sends the start event until the task's end is read */
    long task() throws InterruptedException {
        String task = TaskId.of(workflow.name(), "t" + ++tasks);
        long sent = System.nanoTime();
        Ends.Ended ended = ends.await(task, LONGEST, () -> stack.startTask(workflow, task, Map.of()));
        if (!Long.valueOf(width).equals(ended.output())) {
            throw new IllegalStateException("%s joined %s slices, not %d".formatted(task, ended.output(), width));
        }
        return ended.nanos() - sent;
    }
}
