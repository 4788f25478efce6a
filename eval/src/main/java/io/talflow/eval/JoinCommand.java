package io.talflow.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench join} */
@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = "One join, from narrow to wide: in the operator alone, and end to end on the embedded stack.",
        footer = {"", "Example:", "  talflow bench join --width 10,1000,50000 --runs 3 --json"})
final class JoinCommand implements Callable<Integer> {
    private static final int WARMUP_WIDTH = 1_000;

    @Option(
            names = "--width",
            split = ",",
            defaultValue = "10,100,1000,10000,50000",
            description = "Slices to join (default: ${DEFAULT-VALUE}).")
    private List<Integer> widths;

    @Option(
            names = "--bodies",
            defaultValue = "20000",
            description = "Bodies of a width in a run, about: a narrow join runs often, a wide one once"
                    + " (default: ${DEFAULT-VALUE}).")
    private int bodies;

    @Option(
            names = "--before",
            paramLabel = "TASKS",
            defaultValue = "300",
            description = "Tasks of ten slices that have run and ended before each run (default: ${DEFAULT-VALUE}).")
    private int before;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Seconds of joins before anything is measured (default: ${DEFAULT-VALUE}).")
    private int warmupSeconds;

    @Option(
            names = "--rocksdb-mb",
            defaultValue = "128",
            description = "Memory of RocksDB; a slot of the embedded stack has as much (default: ${DEFAULT-VALUE}).")
    private int memoryMegabytes;

    @Option(names = "--values", description = "The join also reads the values of its bodies.")
    private boolean reading;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of the order of completions (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--end-to-end",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Also end to end, in a process of its own; --no-end-to-end: the operator only.")
    private boolean endToEnd;

    @Option(
            names = "--stack-warmup",
            paramLabel = "SECONDS",
            defaultValue = "40",
            description = "Warm-up of the stack for that (default: ${DEFAULT-VALUE}).")
    private int stackWarmupSeconds;

    @Mixin
    private Runs runs;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("width", new ArrayList<Object>(widths));
        parameters.put("bodies", (long) bodies);
        parameters.put("finished_tasks_before", (long) before);
        parameters.put("warmup_s", (long) warmupSeconds);
        parameters.put("rocksdb_mb", (long) memoryMegabytes);
        parameters.put("reads_values", reading);
        parameters.put("seed", seed);
        try (Scratch scratch = Scratch.create();
                JoinOperator operator = new JoinOperator(scratch.path(), memoryMegabytes, reading, seed)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmupSeconds);
            while (System.nanoTime() < end) {
                operator.join(WARMUP_WIDTH / 10, 10);
                operator.join(1, WARMUP_WIDTH);
            }
            return runs.report(parameters, profile -> {
                operator.join(before, 10);
                profile.begin();
                Map<String, Double> metrics = measure(operator);
                if (endToEnd) {
                    endToEnd(metrics);
                }
                return metrics;
            });
        }
    }

    private Map<String, Double> measure(JoinOperator operator) throws Exception {
        TreeSet<Integer> ordered = new TreeSet<>(widths);
        Map<Integer, JoinOperator.Steps> steps = new LinkedHashMap<>();
        for (int width : ordered) {
            steps.put(width, operator.join(Math.max(1, bodies / width), width));
        }
        JoinOperator.Steps narrow = steps.get(ordered.first());
        JoinOperator.Steps wide = steps.get(ordered.last());
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("cost_ratio", wide.microsOfCompletion() / narrow.microsOfCompletion());
        metrics.put("longest_step_ms", wide.longestMillis());
        steps.forEach((width, taken) -> {
            metrics.put("us_per_event_" + width, taken.microsOfCompletion());
            metrics.put("cpu_us_per_event_" + width, taken.cpuMicrosOfCompletion());
            metrics.put("us_per_step_" + width, taken.microsOfStep());
            metrics.put("longest_step_%d_ms".formatted(width), taken.longestMillis());
        });
        return metrics;
    }

    /** The same widths as a foreach on the stack, while this process has nothing to do. */
    private void endToEnd(Map<String, Double> metrics) throws Exception {
        List<Map<String, Double>> once = FreshProcess.runs(
                List.of(),
                List.of(
                        "fanout",
                        "--width",
                        widths.stream().map(String::valueOf).collect(Collectors.joining(",")),
                        "--warmup",
                        Integer.toString(stackWarmupSeconds),
                        "--runs",
                        "1",
                        "--json"));
        for (int width : widths) {
            metrics.put("width_%d_end_to_end_ms".formatted(width), once.get(0).get("width_%d_p50_ms".formatted(width)));
        }
    }
}
