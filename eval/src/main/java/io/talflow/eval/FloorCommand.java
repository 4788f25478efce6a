package io.talflow.eval;

import io.talflow.eval.Latencies.Chains;
import io.talflow.stack.Broker;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code talflow bench floor} */
@Command(
        name = "floor",
        mixinStandardHelpOptions = true,
        description = "The bare loop of Kafka, Flink, HttpClient and an HTTP server, with no Talflow in it.",
        footer = {"", "Example:", "  talflow bench floor --hops 10 --runs 3 --json"})
final class FloorCommand implements Callable<Integer> {
    @Mixin
    private Settings settings;

    @Mixin
    private Runs runs;

    @Override
    public Integer call() throws Exception {
        byte[] body = new byte[settings.bodyBytes];
        try (Scratch scratch = Scratch.create();
                Broker broker = Broker.start(scratch.path().resolve("kafka"));
                Floor floor = Floor.start(
                        broker.bootstrap(),
                        settings.hops,
                        settings.parallelism,
                        scratch.path().resolve("checkpoints"))) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.warmupSeconds);
            while (System.nanoTime() < end) {
                floor.task(body);
            }
            return runs.report(settings.parameters(), profile -> {
                profile.begin();
                Chains chains = new Chains();
                for (int task = 0; task < settings.tasks; task++) {
                    chains.add(floor.task(body));
                }
                return metrics(chains);
            });
        }
    }

    private static Map<String, Double> metrics(Chains chains) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("task_p50_ms", chains.tasks().millis(50));
        metrics.put("task_p99_ms", chains.tasks().millis(99));
        metrics.put("hop_p50_ms", chains.hops().millis(50));
        metrics.put("hop_p99_ms", chains.hops().millis(99));
        return metrics;
    }
}
