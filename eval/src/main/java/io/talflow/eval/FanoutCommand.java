package io.talflow.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench fanout} */
@Command(
        name = "fanout",
        mixinStandardHelpOptions = true,
        description = "A foreach over a list and its gather on the embedded stack, one task at a time.",
        footer = {"", "Example:", "  talflow bench fanout --width 500,20000 --runs 3 --json"})
final class FanoutCommand implements Callable<Integer> {
    /** Slices measured at a width in a run, about; but no fewer tasks than three and no more than twenty. */
    private static final int SLICES = 40_000;

    @Option(
            names = "--width",
            split = ",",
            defaultValue = "500,20000",
            description = "Slices of the list (default: ${DEFAULT-VALUE}).")
    private List<Integer> widths;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "40",
            description = "Seconds of tasks of the smallest width before anything is measured, then one of each width"
                    + " (default: ${DEFAULT-VALUE}).")
    private int warmupSeconds;

    @Mixin
    private Runs runs;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("width", new ArrayList<Object>(widths));
        parameters.put("warmup_s", (long) warmupSeconds);
        parameters.put("executor", Executor.none.name());
        try (Scratch scratch = Scratch.create();
                Embedded stack = Embedded.start(scratch.path().resolve("stack"));
                Ends ends = new Ends(stack)) {
            Map<Integer, Fan> fans = new LinkedHashMap<>();
            for (int width : widths) {
                fans.put(width, new Fan(stack, ends, width));
            }
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmupSeconds);
            Fan smallest = fans.get(widths.stream().min(Integer::compare).orElseThrow());
            while (System.nanoTime() < end) {
                smallest.task();
            }
            for (Fan fan : fans.values()) {
                fan.task();
            }
            return runs.report(parameters, profile -> {
                profile.begin();
                Map<String, Double> metrics = new LinkedHashMap<>();
                for (Map.Entry<Integer, Fan> fan : fans.entrySet()) {
                    measure(fan.getKey(), fan.getValue(), metrics);
                }
                return metrics;
            });
        }
    }

    private static void measure(int width, Fan fan, Map<String, Double> metrics) throws InterruptedException {
        int tasks = Math.max(3, Math.min(20, SLICES / width));
        Latencies times = new Latencies();
        for (int task = 0; task < tasks; task++) {
            times.add(fan.task());
        }
        metrics.put("width_%d_p50_ms".formatted(width), times.millis(50));
        metrics.put("width_%d_max_ms".formatted(width), times.millis(100));
    }
}
