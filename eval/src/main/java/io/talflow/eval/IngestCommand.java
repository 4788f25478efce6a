package io.talflow.eval;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code talflow bench ingest} */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = "Triggerflow's test: 200 rules that join 1,000 events each, as fast as a producer can send.",
        footer = {"", "Example:", "  talflow bench ingest --runs 3 --json"})
final class IngestCommand implements Callable<Integer> {
    /** As the stack's own. */
    private static final int PARALLELISM = 2;

    @Option(names = "--rules", defaultValue = "200", description = "Joins (default: ${DEFAULT-VALUE}).")
    private int rules;

    @Option(names = "--count", defaultValue = "1000", description = "Events of a join (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--events",
            defaultValue = "1000000",
            description = "Events of the warm test over as many tasks as rules (default: ${DEFAULT-VALUE}).")
    private int events;

    @Option(
            names = "--warmup-events",
            defaultValue = "2000000",
            description = "Events of the same kind before it (default: ${DEFAULT-VALUE}).")
    private int warmupEvents;

    @Option(
            names = "--cold-events",
            defaultValue = "200000",
            description = "Events of the test in a new process; 0: left out (default: ${DEFAULT-VALUE}).")
    private int coldEvents;

    @Option(
            names = "--one-task-events",
            defaultValue = "200000",
            description = "Events of the test with every rule in one task; 0: left out (default: ${DEFAULT-VALUE}).")
    private int oneTaskEvents;

    @Option(
            names = "--floor",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Also the same way without Talflow on it, in turn (default: ${DEFAULT-VALUE}).")
    private boolean floor;

    @Mixin
    private Runs runs;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        for (int sent : List.of(events, warmupEvents, coldEvents, oneTaskEvents)) {
            if (sent % (rules * count) != 0) {
                throw new ParameterException(
                        spec.commandLine(),
                        "events must be a multiple of rules times count, %d, are %d".formatted(rules * count, sent));
            }
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("rules", (long) rules);
        parameters.put("count", (long) count);
        parameters.put("events", (long) events);
        parameters.put("warmup_events", (long) warmupEvents);
        parameters.put("cold_events", (long) coldEvents);
        parameters.put("one_task_events", (long) oneTaskEvents);
        Deque<Double> cold = new ArrayDeque<>();
        for (int run = 0; coldEvents > 0 && run < runs.count(); run++) {
            cold.add(cold());
        }
        try (Scratch scratch = Scratch.create();
                Embedded stack = Embedded.start(scratch.path().resolve("stack"));
                Ingest ingest = new Ingest(stack, rules, count);
                IngestFloor bare = floor ? floor(stack, scratch, ingest) : null) {
            if (warmupEvents > 0) {
                ingest.overTasks(warmupEvents);
                if (bare != null) {
                    bare.run(warmupEvents);
                }
            }
            return runs.report(parameters, profile -> {
                profile.begin();
                Map<String, Double> metrics = measure(ingest, bare);
                if (!cold.isEmpty()) {
                    metrics.put("cold_events_per_second", cold.poll());
                }
                return metrics;
            });
        }
    }

    private IngestFloor floor(Embedded stack, Scratch scratch, Ingest ingest) throws Exception {
        Path checkpoints = scratch.path().resolve("checkpoints");
        return IngestFloor.start(stack.kafka(), rules, count, PARALLELISM, checkpoints, ingest::send);
    }

    private interface Run {
        double of(int events) throws InterruptedException;
    }

    private void measure(String prefix, Run run, Map<String, Double> metrics) throws InterruptedException {
        long cpuBefore = Machine.cpuNanos();
        metrics.put(prefix + "events_per_second", run.of(events));
        metrics.put(prefix + "event_cpu_us", (Machine.cpuNanos() - cpuBefore) / 1e3 / events);
    }

    /** @param bare null: only Talflow */
    private Map<String, Double> measure(Ingest ingest, IngestFloor bare) throws Exception {
        Map<String, Double> metrics = new LinkedHashMap<>();
        measure("", ingest::overTasks, metrics);
        if (bare != null) {
            measure("floor_", bare::run, metrics);
            metrics.put("floor_ratio", metrics.get("floor_events_per_second") / metrics.get("events_per_second"));
        }
        if (oneTaskEvents > 0) {
            metrics.put("one_task_events_per_second", ingest.inOneTask(oneTaskEvents));
        }
        return metrics;
    }

    /**
     * In a process of its own, whose stack has just started, compiled as {@code talflow run} compiles: without the optimizing
     * compiler, which takes more than it gives back in the first minute. It comes before this process has a stack, which takes time
     * even if it has nothing to do.
     */
    private double cold() throws Exception {
        List<Map<String, Double>> once = FreshProcess.runs(
                List.of("-XX:TieredStopAtLevel=1"),
                List.of(
                        "ingest",
                        "--rules",
                        Integer.toString(rules),
                        "--count",
                        Integer.toString(count),
                        "--events",
                        Integer.toString(coldEvents),
                        "--warmup-events",
                        "0",
                        "--cold-events",
                        "0",
                        "--one-task-events",
                        "0",
                        "--no-floor",
                        "--runs",
                        "1",
                        "--json"));
        return once.get(0).get("events_per_second");
    }
}
