package io.talflow.eval;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench idle} */
@Command(
        name = "idle",
        mixinStandardHelpOptions = true,
        description =
                "Tasks that wait for an event: what each costs in memory and in the checkpoint, and how fast it wakes.",
        footer = {"", "Example:", "  talflow bench idle --tasks 100000 --runs 3 --json"})
final class IdleCommand implements Callable<Integer> {
    @Option(names = "--tasks", defaultValue = "100000", description = "Waiting tasks (default: ${DEFAULT-VALUE}).")
    private int tasks;

    @Option(
            names = "--wakes",
            defaultValue = "300",
            description = "Of them woken, one at a time (default: ${DEFAULT-VALUE}).")
    private int wakes;

    @Option(
            names = "--warmup",
            paramLabel = "TASKS",
            defaultValue = "2000",
            description = "Tasks started and woken before anything is measured (default: ${DEFAULT-VALUE}).")
    private int warmupTasks;

    @Mixin
    private Runs runs;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("tasks", (long) tasks);
        parameters.put("wakes", (long) wakes);
        parameters.put("warmup_tasks", (long) warmupTasks);
        return runs.report(parameters, this::measure);
    }

    /** Each run has a stack of its own, since the tasks of the one before would still wait. */
    private Map<String, Double> measure(Profile profile) throws Exception {
        try (Scratch scratch = Scratch.create();
                Embedded stack = Embedded.start(scratch.path().resolve("stack"));
                Waiting waiting = new Waiting(stack)) {
            waiting.start(warmupTasks);
            for (int task = 0; task < warmupTasks; task++) {
                waiting.wake(task);
            }
            CheckpointSize checkpoints = new CheckpointSize(stack.checkpoints());
            long stateBefore = checkpoints.nextBytes();
            long heapBefore = Machine.usedHeapBytes();
            profile.begin();
            int first = waiting.start(tasks);
            long stateAfter = checkpoints.nextBytes();
            long heapAfter = Machine.usedHeapBytes();
            Latencies times = new Latencies();
            for (int wake = 0; wake < wakes; wake++) {
                times.add(waiting.wake(first + (int) ((long) wake * tasks / wakes)));
            }
            Map<String, Double> metrics = new LinkedHashMap<>();
            metrics.put("heap_bytes_per_task", (heapAfter - heapBefore) / (double) tasks);
            metrics.put("state_bytes_per_task", (stateAfter - stateBefore) / (double) tasks);
            metrics.put("wake_p50_ms", times.millis(50));
            metrics.put("wake_p99_ms", times.millis(99));
            metrics.put("heap_before_mb", heapBefore / 1048576.0);
            return metrics;
        }
    }
}
