package io.talflow.eval;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench overload} */
@Command(
        name = "overload",
        mixinStandardHelpOptions = true,
        description =
                "Chains beside a task that gets more than it may: what the others' tail becomes, over what it was before.",
        footer = {"", "Example:", "  talflow bench overload --runs 3 --json"})
final class OverloadCommand implements Callable<Integer> {
    @Option(names = "--inflight", defaultValue = "8", description = "Chains in flight (default: ${DEFAULT-VALUE}).")
    private int inflight;

    @Option(names = "--hops", defaultValue = "10", description = "Functions of a chain (default: ${DEFAULT-VALUE}).")
    private int hops;

    @Option(
            names = "--events",
            defaultValue = "10000",
            description = "Events to one task in its second (default: ${DEFAULT-VALUE}).")
    private int events;

    @Option(
            names = "--starts",
            defaultValue = "5000",
            description = "Beginnings of one sequence in its task's second (default: ${DEFAULT-VALUE}).")
    private int starts;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "45",
            description = "Seconds of the chains, then a few of each flood, before anything is measured (default:"
                    + " ${DEFAULT-VALUE}).")
    private int warmupSeconds;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Seconds measured, of each kind in each run (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Mixin
    private Runs runs;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("inflight", (long) inflight);
        parameters.put("hops", (long) hops);
        parameters.put("events", (long) events);
        parameters.put("starts", (long) starts);
        parameters.put("warmup_s", (long) warmupSeconds);
        parameters.put("measured_s", (long) seconds);
        try (Scratch scratch = Scratch.create();
                Embedded stack = Embedded.start(scratch.path().resolve("stack"));
                ClosedLoop chains = new ClosedLoop(stack, Executor.none.apply(stack, hops));
                Flood events = new Flood(stack, Flood.Kind.events);
                Flood starts = new Flood(stack, Flood.Kind.starts)) {
            Map<Flood.Kind, Flood> floods = new EnumMap<>(Map.of(Flood.Kind.events, events, Flood.Kind.starts, starts));
            chains.run(inflight, warmupSeconds, 0);
            for (Map.Entry<Flood.Kind, Flood> flood : floods.entrySet()) {
                flood.getValue().run(Math.min(3, warmupSeconds), most(flood.getKey()));
            }
            return runs.report(parameters, profile -> {
                profile.begin();
                return measure(chains, floods);
            });
        }
    }

    private int most(Flood.Kind kind) {
        return kind == Flood.Kind.events ? events : starts;
    }

    private Map<String, Double> measure(ClosedLoop chains, Map<Flood.Kind, Flood> floods) throws Exception {
        Map<String, Double> metrics = new LinkedHashMap<>();
        ClosedLoop.Seen calm = chains.run(inflight, 1, seconds);
        tell(metrics, "calm", calm);
        for (Map.Entry<Flood.Kind, Flood> flood : floods.entrySet()) {
            String kind = flood.getKey().name();
            ClosedLoop.Seen beside = beside(chains, flood.getValue(), most(flood.getKey()));
            tell(metrics, kind, beside);
            metrics.put(
                    kind + "_p99_ratio",
                    beside.times().millis(99) / calm.times().millis(99));
        }
        return metrics;
    }

    /** The chains while one task a second is flooded, from before they are measured until after. */
    private ClosedLoop.Seen beside(ClosedLoop chains, Flood flood, int most) throws Exception {
        FutureTask<Integer> flooding = new FutureTask<>(() -> flood.run(seconds + 2, most));
        Thread thread = new Thread(flooding, "bench-flood");
        thread.start();
        try {
            return chains.run(inflight, 1, seconds);
        } finally {
            ended(flooding);
        }
    }

    private static void ended(FutureTask<Integer> flooding) throws Exception {
        try {
            flooding.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the flood did not do what it must", e.getCause());
        }
    }

    private static void tell(Map<String, Double> metrics, String kind, ClosedLoop.Seen seen) {
        metrics.put(kind + "_task_p50_ms", seen.times().millis(50));
        metrics.put(kind + "_task_p99_ms", seen.times().millis(99));
        metrics.put(kind + "_tasks_per_second", seen.tasks() / seen.seconds());
    }
}
