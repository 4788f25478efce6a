package io.talflow.eval;

import io.talflow.eval.Latencies.Chains;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench chain} */
@Command(
        name = "chain",
        mixinStandardHelpOptions = true,
        description = "Functions one after the other on the embedded stack, and the bare loop beside it.",
        footer = {"", "Example:", "  talflow bench chain --hops 10 --executor process --runs 3 --json"})
final class ChainCommand implements Callable<Integer> {
    private static final int LARGE_BODY = 4096;
    /** Short, so that what disturbs the machine disturbs all loads alike. */
    private static final int TASKS_OF_BLOCK = 10;

    @Mixin
    private Settings settings;

    @Mixin
    private Runs runs;

    @Option(
            names = "--executor",
            paramLabel = "none|process",
            split = ",",
            defaultValue = "none,process",
            description =
                    "none: answered inside the gateway; process: warm Python; or both (default: ${DEFAULT-VALUE}).")
    private List<Executor> executors;

    /** One kind of task, and its times in the current run. */
    private static final class Load {
        private final Task task;
        private final byte[] body;
        private Chains chains = new Chains();
        private long cpuNanos;
        private int tasks;

        Load(Task task, int bodyBytes) {
            this.task = task;
            this.body = new byte[bodyBytes];
            Arrays.fill(body, (byte) 'x');
        }

        void block(int count) throws InterruptedException {
            long before = Machine.cpuNanos();
            for (int i = 0; i < count; i++) {
                chains.add(task.run(body));
            }
            cpuNanos += Machine.cpuNanos() - before;
            tasks += count;
        }

        double cpuMillisOfTask() {
            return cpuNanos / 1e6 / tasks;
        }

        void clear() {
            chains = new Chains();
            cpuNanos = 0;
            tasks = 0;
        }
    }

    private interface Task {
        Latencies.Trace run(byte[] body) throws InterruptedException;
    }

    /** The two loads of a kind of function. */
    private record Pair(Executor executor, Load small, Load large) {}

    @Override
    public Integer call() throws Exception {
        Map<String, Object> parameters = settings.parameters();
        parameters.put(
                "executor", executors.stream().<Object>map(Executor::name).toList());
        List<Chain> chains = new ArrayList<>();
        try (Scratch scratch = Scratch.create();
                Embedded stack = Embedded.start(scratch.path().resolve("stack"));
                Floor floor = Floor.start(
                        stack.kafka(),
                        settings.hops,
                        settings.parallelism,
                        scratch.path().resolve("checkpoints"))) {
            List<Pair> pairs = new ArrayList<>();
            for (Executor executor : executors) {
                Chain chain = new Chain(stack, executor, settings.hops);
                chains.add(chain);
                pairs.add(new Pair(
                        executor, new Load(chain::task, settings.bodyBytes), new Load(chain::task, LARGE_BODY)));
            }
            return measure(parameters, pairs, new Load(floor::task, settings.bodyBytes));
        } finally {
            chains.forEach(Chain::close);
        }
    }

    private int measure(Map<String, Object> parameters, List<Pair> pairs, Load bare) throws Exception {
        List<Load> loads = new ArrayList<>(List.of(bare));
        for (Pair pair : pairs) {
            loads.add(pair.small());
            loads.add(pair.large());
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.warmupSeconds);
        while (System.nanoTime() < end) {
            round(loads, TASKS_OF_BLOCK);
        }
        return runs.report(parameters, profile -> {
            loads.forEach(Load::clear);
            profile.begin();
            for (int done = 0; done < settings.tasks; done += TASKS_OF_BLOCK) {
                round(loads, Math.min(TASKS_OF_BLOCK, settings.tasks - done));
            }
            Map<String, Double> metrics = new LinkedHashMap<>();
            metrics(metrics, "", pairs.get(0), bare);
            for (Pair pair : pairs) {
                if (!pair.executor().prefix().isEmpty()) {
                    metrics(metrics, pair.executor().prefix(), pair, bare);
                }
            }
            metrics.put("floor_task_p50_ms", bare.chains.tasks().millis(50));
            metrics.put("floor_hop_p50_ms", bare.chains.hops().millis(50));
            metrics.put("floor_task_cpu_ms", bare.cpuMillisOfTask());
            return metrics;
        });
    }

    private static void round(List<Load> loads, int tasks) throws InterruptedException {
        for (Load load : loads) {
            load.block(tasks);
        }
    }

    private static void metrics(Map<String, Double> metrics, String prefix, Pair pair, Load bare) {
        Latencies tasks = pair.small().chains.tasks();
        Latencies hops = pair.small().chains.hops();
        metrics.put(prefix + "task_p50_ms", tasks.millis(50));
        metrics.put(prefix + "task_p99_ms", tasks.millis(99));
        metrics.put(prefix + "hop_p50_ms", hops.millis(50));
        metrics.put(prefix + "hop_p99_ms", hops.millis(99));
        metrics.put(prefix + "task_cpu_ms", pair.small().cpuMillisOfTask());
        metrics.put(
                prefix + "floor_ratio", tasks.millis(50) / bare.chains.tasks().millis(50));
        metrics.put(prefix + "body_4k_extra_ms", pair.large().chains.hops().millis(50) - hops.millis(50));
    }
}
