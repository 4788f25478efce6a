package io.talflow.eval;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench coldstart} */
@Command(
        name = "coldstart",
        mixinStandardHelpOptions = true,
        description =
                "The first call of functions that nothing runs for yet, beside the engine's own run of the same image.",
        footer = {"", "Example:", "  talflow bench coldstart --runs 3 --json"})
final class ColdstartCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int WARMUP = 2;

    @Option(
            names = "--starts",
            defaultValue = "10",
            description = "Starts of each kind in a run (default: ${DEFAULT-VALUE}).")
    private int starts;

    @Mixin
    private Runs runs;

    private int round;

    /** Times of the kinds, in turn. */
    private record Times(Latencies container, Latencies engine, Latencies process, Latencies prewarmed) {
        Times() {
            this(new Latencies(), new Latencies(), new Latencies(), new Latencies());
        }
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("starts", (long) starts);
        try (Scratch scratch = Scratch.create();
                LoneNode node = LoneNode.start(scratch.path().resolve("node"), 1_000)) {
            EchoImage image = EchoImage.build(scratch.path());
            measure(node, image, WARMUP);
            return runs.report(parameters, profile -> {
                profile.begin();
                return metrics(measure(node, image, starts));
            });
        }
    }

    private static Map<String, Double> metrics(Times times) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("container_p50_ms", times.container().millis(50));
        metrics.put("process_p50_ms", times.process().millis(50));
        metrics.put(
                "container_over_engine_run",
                times.container().millis(50) / times.engine().millis(50));
        metrics.put("engine_run_p50_ms", times.engine().millis(50));
        metrics.put("prewarmed_p50_ms", times.prewarmed().millis(50));
        return metrics;
    }

    /** Each start has a function of its own, so nothing is warm; what was started stays, so no end disturbs a start. */
    private Times measure(LoneNode node, EchoImage image, int count) throws Exception {
        String workflow = "bench-coldstart-" + ++round;
        long idle = node.idleContainers();
        String version = node.apply(workflow, files(workflow, image.name(), count));
        while (node.idleContainers() < idle + count) {
            node.pass(LOOK);
        }
        Times times = new Times();
        for (int start = 0; start < count; start++) {
            times.engine().add(engineRun(image));
            times.container().add(node.call(firing(workflow, version, "container" + start)));
            times.process().add(node.call(firing(workflow, version, "process" + start)));
            times.prewarmed().add(node.call(firing(workflow, version, "prewarmed" + start)));
        }
        return times;
    }

    private static Map<String, Object> firing(String workflow, String version, String function) {
        return LoneNode.firing(workflow, version, function, "%s/t@0/%s/0".formatted(workflow, function));
    }

    /** From the command until the image's program says that it listens, with the limits that Talflow's containers have. */
    private static long engineRun(EchoImage image) throws IOException, InterruptedException {
        String name = "talflow-bench-" + System.nanoTime();
        long began = System.nanoTime();
        Process run = new ProcessBuilder(image.client(
                        "run",
                        "--rm",
                        "--name",
                        name,
                        "--read-only",
                        "--cap-drop",
                        "all",
                        "--security-opt",
                        "no-new-privileges",
                        "--memory",
                        "256m",
                        "--cpus",
                        "1",
                        "--pids-limit",
                        "128",
                        "--user",
                        "65534:65534",
                        image.name()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader printed = run.inputReader(StandardCharsets.UTF_8)) {
            String line = printed.readLine();
            if (!"listening".equals(line)) {
                throw new IOException("the engine's run printed " + line);
            }
            return System.nanoTime() - began;
        } finally {
            new ProcessBuilder(image.client("rm", "--force", name))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            run.waitFor();
        }
    }

    private static Map<String, String> files(String workflow, String image, int count) {
        StringBuilder functions = new StringBuilder();
        StringBuilder actions = new StringBuilder();
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < count; i++) {
            functions.append("  container%d: {image: \"%s\", container: {max: 1, idle: 1h}}\n".formatted(i, image));
            functions.append(
                    "  prewarmed%d: {image: \"%s\", container: {min: 1, max: 1, idle: 1h}}\n".formatted(i, image));
            functions.append("  process%d: {python: \"step.py:handler%d\"}\n".formatted(i, i));
            actions.append("{invoke: container%d}, {invoke: prewarmed%d}, {invoke: process%d}, ".formatted(i, i, i));
            code.append("def handler%d(ctx, input):\n    return input\n\n".formatted(i));
        }
        String text = "tal: 1\nworkflow: %s\nfunctions:\n%srules:\n  - {when: started, do: [%s{complete: 1}]}\n"
                .formatted(workflow, functions, actions);
        return Map.of("workflow.yaml", text, "step.py", code.toString());
    }
}
