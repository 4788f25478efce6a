package io.talflow.eval;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code talflow bench load} */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description =
                "A fixed number of chains in flight on the embedded stack: each that ends is followed by another.",
        footer = {"", "Example:", "  talflow bench load --inflight 64,200 --executor none --runs 3 --json"})
final class LoadCommand implements Callable<Integer> {
    @Option(
            names = "--inflight",
            split = ",",
            defaultValue = "64,200",
            description = "Tasks in flight (default: ${DEFAULT-VALUE}).")
    private List<Integer> inflight;

    @Option(
            names = "--executor",
            paramLabel = "none|process",
            split = ",",
            defaultValue = "none,process",
            description =
                    "none: answered inside the gateway; process: warm Python; or both (default: ${DEFAULT-VALUE}).")
    private List<Executor> executors;

    @Option(names = "--hops", defaultValue = "10", description = "Functions of a task (default: ${DEFAULT-VALUE}).")
    private int hops;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "Seconds under load of each kind before anything is measured (default: ${DEFAULT-VALUE}).")
    private int warmupSeconds;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "Seconds measured, of each kind in each run (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Mixin
    private Runs runs;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("inflight", new ArrayList<Object>(inflight));
        parameters.put(
                "executor", executors.stream().<Object>map(Executor::name).toList());
        parameters.put("hops", (long) hops);
        parameters.put("warmup_s", (long) warmupSeconds);
        parameters.put("measured_s", (long) seconds);
        return executors.size() == 1 ? alone(executors.get(0), parameters) : eachByItself(parameters);
    }

    private int alone(Executor executor, Map<String, Object> parameters) throws Exception {
        try (Scratch scratch = Scratch.create();
                Embedded stack = Embedded.start(scratch.path().resolve("stack"));
                ClosedLoop loop = new ClosedLoop(stack, executor.apply(stack, hops))) {
            loop.run(inflight.get(0), warmupSeconds, 0);
            return runs.report(parameters, profile -> {
                profile.begin();
                return measure(loop, executor.prefix());
            });
        }
    }

    /** In a process each: what the compiler learns of one makes the other slower. */
    private int eachByItself(Map<String, Object> parameters) throws Exception {
        if (runs.isRecorded()) {
            throw new ParameterException(spec.commandLine(), "--jfr records one process: name one --executor");
        }
        List<Iterator<Map<String, Double>>> each = new ArrayList<>();
        for (Executor executor : executors) {
            each.add(FreshProcess.runs(
                            List.of(),
                            List.of(
                                    "load",
                                    "--executor",
                                    executor.name(),
                                    "--inflight",
                                    inflight.stream().map(String::valueOf).collect(Collectors.joining(",")),
                                    "--hops",
                                    Integer.toString(hops),
                                    "--warmup",
                                    Integer.toString(warmupSeconds),
                                    "--seconds",
                                    Integer.toString(seconds),
                                    "--runs",
                                    Integer.toString(runs.count()),
                                    "--json"))
                    .iterator());
        }
        return runs.report(parameters, profile -> {
            Map<String, Double> metrics = new LinkedHashMap<>();
            each.forEach(ofOne -> metrics.putAll(ofOne.next()));
            return metrics;
        });
    }

    private Map<String, Double> measure(ClosedLoop loop, String executor) throws InterruptedException {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int tasks : inflight) {
            ClosedLoop.Seen seen = loop.run(tasks, Math.min(5, seconds), seconds);
            String prefix = "%sinflight_%d_".formatted(executor, tasks);
            metrics.put(prefix + "invocations_per_second", seen.tasks() * hops / seen.seconds());
            metrics.put(prefix + "task_p50_ms", seen.times().millis(50));
            metrics.put(prefix + "task_p99_ms", seen.times().millis(99));
            metrics.put(prefix + "invocation_cpu_us", seen.cpuNanos() / 1e3 / (seen.tasks() * hops));
        }
        return metrics;
    }
}
