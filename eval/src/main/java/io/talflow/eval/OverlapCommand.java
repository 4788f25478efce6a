package io.talflow.eval;

import io.talflow.tal.event.TaskId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench overlap} */
@Command(
        name = "overlap",
        mixinStandardHelpOptions = true,
        description =
                "A producer and the bodies of its slices in Python: overlapped by data events, and one after the other.",
        footer = {"", "Example:", "  talflow bench overlap --runs 3 --json"})
final class OverlapCommand implements Callable<Integer> {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    @Option(names = "--slices", defaultValue = "20", description = "Slices (default: ${DEFAULT-VALUE}).")
    private int slices;

    @Option(
            names = "--produce-ms",
            defaultValue = "2000",
            description = "Time in which the producer makes them, evenly (default: ${DEFAULT-VALUE}).")
    private int produceMillis;

    @Option(names = "--body-ms", defaultValue = "200", description = "Time of a body (default: ${DEFAULT-VALUE}).")
    private int bodyMillis;

    @Option(names = "--slots", defaultValue = "4", description = "Bodies at once (default: ${DEFAULT-VALUE}).")
    private int slots;

    @Option(
            names = "--tasks",
            defaultValue = "5",
            description = "Tasks of each kind in a run, in turn (default: ${DEFAULT-VALUE}).")
    private int tasks;

    @Option(
            names = "--warmup",
            paramLabel = "TASKS",
            defaultValue = "3",
            description = "Tasks of each kind before anything is measured (default: ${DEFAULT-VALUE}).")
    private int warmupTasks;

    @Mixin
    private Runs runs;

    private int started;

    /** Seconds of the tasks of a run. */
    private record Times(Latencies streamed, Latencies listed, Latencies toStart) {
        Times() {
            this(new Latencies(), new Latencies(), new Latencies());
        }
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("slices", (long) slices);
        parameters.put("produce_ms", (long) produceMillis);
        parameters.put("body_ms", (long) bodyMillis);
        parameters.put("slots", (long) slots);
        parameters.put("tasks", (long) tasks);
        parameters.put("warmup_tasks", (long) warmupTasks);
        int servers = 2 * (slots + 1); // both workflows stay warm
        try (Scratch scratch = Scratch.create();
                Embedded stack = Embedded.start(scratch.path().resolve("stack"), servers);
                Ends ends = new Ends(stack)) {
            Embedded.Workflow streaming = apply(stack, "bench-overlap", "streaming");
            Embedded.Workflow listing = apply(stack, "bench-control-flow", "listing");
            for (int task = 0; task < warmupTasks; task++) {
                run(stack, ends, streaming, listing, new Times());
            }
            return runs.report(parameters, profile -> {
                profile.begin();
                Times times = new Times();
                for (int task = 0; task < tasks; task++) {
                    run(stack, ends, streaming, listing, times);
                }
                return metrics(times);
            });
        }
    }

    private Map<String, Double> metrics(Times times) {
        double period = produceMillis / (double) slices;
        double ideal = ListSchedule.streamed(slices, period, bodyMillis, slots);
        double idealListed = ListSchedule.listed(slices, period, bodyMillis, slots);
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("makespan_over_ideal", times.streamed().millis(50) / ideal);
        metrics.put("slice_to_start_p50_ms", times.toStart().millis(50));
        metrics.put("slice_to_start_p99_ms", times.toStart().millis(99));
        metrics.put(
                "speedup_over_control_flow",
                times.listed().millis(50) / times.streamed().millis(50));
        metrics.put("makespan_ms", times.streamed().millis(50));
        metrics.put("ideal_ms", ideal);
        metrics.put("control_flow_makespan_ms", times.listed().millis(50));
        metrics.put("control_flow_ideal_ms", idealListed);
        return metrics;
    }

    private void run(Embedded stack, Ends ends, Embedded.Workflow streaming, Embedded.Workflow listing, Times times)
            throws InterruptedException {
        Map<?, ?> output = task(stack, ends, streaming, times.streamed());
        task(stack, ends, listing, times.listed());
        List<?> acknowledged = (List<?>) output.get("acknowledged");
        for (Object body : (List<?>) output.get("bodies")) {
            Map<?, ?> told = (Map<?, ?>) body;
            double ready = ((Number) acknowledged.get(((Number) told.get("number")).intValue())).doubleValue();
            times.toStart().add(Math.round((((Number) told.get("began")).doubleValue() - ready) * 1e9));
        }
    }

    private Map<?, ?> task(Embedded stack, Ends ends, Embedded.Workflow workflow, Latencies times)
            throws InterruptedException {
        String task = TaskId.of(workflow.name(), "t" + ++started);
        Map<String, Object> input =
                Map.of("slices", (long) slices, "period", produceMillis / 1e3 / slices, "body", bodyMillis / 1e3);
        long sent = System.nanoTime();
        Ends.Ended ended = ends.await(task, LONGEST, () -> stack.startTask(workflow, task, input));
        times.add(ended.nanos() - sent);
        Map<?, ?> output = (Map<?, ?>) ended.output();
        int bodies = ((List<?>) output.get("bodies")).size();
        if (bodies != slices) {
            throw new IllegalStateException("%s joined %d bodies, not %d".formatted(task, bodies, slices));
        }
        return output;
    }

    private Embedded.Workflow apply(Embedded stack, String workflow, String producer)
            throws IOException, InterruptedException {
        String text = new String(resource("workflow.yaml"), StandardCharsets.UTF_8)
                .replace("WORKFLOW", workflow)
                .replace("PRODUCER", producer)
                .replace("SLOTS", Integer.toString(slots));
        return stack.apply(
                workflow,
                Map.of("workflow.yaml", text.getBytes(StandardCharsets.UTF_8), "overlap.py", resource("overlap.py")));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream file = OverlapCommand.class.getResourceAsStream("overlap/" + name)) {
            return file.readAllBytes();
        }
    }
}
