package io.talflow.eval;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench invoke} */
@Command(
        name = "invoke",
        mixinStandardHelpOptions = true,
        description =
                "A gateway alone: one warm function at a time in a process and in a container, then many at once.",
        footer = {"", "Example:", "  talflow bench invoke --runs 3 --json"})
final class InvokeCommand implements Callable<Integer> {
    private static final String WORKFLOW = "bench-invoke";
    private static final String STEP = "def handler(ctx, input):\n    return input\n";

    @Option(
            names = "--calls",
            defaultValue = "1000",
            description = "Calls of each kind in a run (default: ${DEFAULT-VALUE}).")
    private int calls;

    @Option(names = "--inflight", defaultValue = "64", description = "Calls at once (default: ${DEFAULT-VALUE}).")
    private int inflight;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Seconds of each kind before anything is measured (default: ${DEFAULT-VALUE}).")
    private int warmupSeconds;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Seconds with many at once (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--no-container", description = "Leaves out the container.")
    private boolean noContainer;

    @Mixin
    private Runs runs;

    private long fired;
    private String version = "";

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("calls", (long) calls);
        parameters.put("inflight", (long) inflight);
        parameters.put("warmup_s", (long) warmupSeconds);
        parameters.put("measured_s", (long) seconds);
        List<String> functions = noContainer ? List.of("process") : List.of("process", "container");
        try (Scratch scratch = Scratch.create();
                LoneNode node = LoneNode.start(
                        scratch.path().resolve("node"), 2 * Runtime.getRuntime().availableProcessors())) {
            String image =
                    noContainer ? "none" : EchoImage.build(scratch.path()).name();
            version = node.apply(WORKFLOW, Map.of("workflow.yaml", workflow(image), "step.py", STEP));
            atOnce(node, warmupSeconds);
            for (String function : functions) {
                long end = System.nanoTime() + Duration.ofSeconds(warmupSeconds).toNanos();
                while (System.nanoTime() < end) {
                    node.call(firing(function));
                }
            }
            return runs.report(parameters, profile -> {
                profile.begin();
                return measure(node, functions);
            });
        }
    }

    private Map<String, Double> measure(LoneNode node, List<String> functions) throws Exception {
        Map<String, Latencies> times = new LinkedHashMap<>();
        functions.forEach(function -> times.put(function, new Latencies()));
        for (int call = 0; call < calls; call++) {
            for (String function : functions) {
                times.get(function).add(node.call(firing(function)));
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        times.forEach((function, seen) -> {
            metrics.put(function + "_p50_ms", seen.millis(50));
            metrics.put(function + "_p99_ms", seen.millis(99));
        });
        metrics.put("process_inflight_%d_per_second".formatted(inflight), atOnce(node, seconds));
        return metrics;
    }

    /** A closed loop: what has completed is followed by as many, in one request. @return completions a second */
    private double atOnce(LoneNode node, int measuredSeconds) throws Exception {
        LinkedBlockingQueue<String> completed = new LinkedBlockingQueue<>();
        long began = System.nanoTime();
        long end = began + Duration.ofSeconds(measuredSeconds).toNanos();
        fire(node, inflight, completed);
        long done = 0;
        int open = inflight;
        while (open > 0) {
            List<String> next = new ArrayList<>();
            String first = completed.poll(60, TimeUnit.SECONDS);
            if (first == null) {
                throw new IllegalStateException("no invocation completed within 60 s");
            }
            next.add(first);
            completed.drainTo(next);
            if (System.nanoTime() < end) {
                done += next.size();
                fire(node, next.size(), completed);
            } else {
                open -= next.size();
            }
        }
        return done / (double) measuredSeconds;
    }

    private void fire(LoneNode node, int count, LinkedBlockingQueue<String> completed) throws Exception {
        List<Map<String, Object>> firings = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            firings.add(firing("process"));
        }
        node.fire(firings, (id, nanos) -> completed.add(id));
    }

    private Map<String, Object> firing(String function) {
        return LoneNode.firing(WORKFLOW, version, function, "%s/t@0/%s/%d".formatted(WORKFLOW, function, fired++));
    }

    private static String workflow(String image) {
        return """
                tal: 1
                workflow: %s
                functions:
                  process: {python: step.py}
                  container: {image: "%s", container: {max: 1, idle: 1h}}
                rules:
                  - {when: started, do: [{invoke: process}, {invoke: container}, {complete: 1}]}
                """.formatted(WORKFLOW, image);
    }
}
