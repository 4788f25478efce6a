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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

    @Spec
    private CommandSpec spec;

    @Mixin
    private Settings settings;

    @Option(
            names = "--executor",
            paramLabel = "none|process",
            defaultValue = "none",
            description = "none: answered inside the gateway; process: warm Python (default: ${DEFAULT-VALUE}).")
    private Executor executor;

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

    @Override
    public Integer call() throws Exception {
        List<Map<String, Double>> runs = new ArrayList<>();
        try (Scratch scratch = Scratch.create();
                Chain chain = Chain.start(scratch.path().resolve("stack"), executor, settings.hops);
                Floor floor = Floor.start(
                        chain.kafka(),
                        settings.hops,
                        settings.parallelism,
                        scratch.path().resolve("checkpoints"))) {
            Load small = new Load(chain::task, settings.bodyBytes);
            Load large = new Load(chain::task, LARGE_BODY);
            Load bare = new Load(floor::task, settings.bodyBytes);
            List<Load> loads = List.of(small, bare, large);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.warmupSeconds);
            while (System.nanoTime() < end) {
                round(loads, TASKS_OF_BLOCK);
            }
            loads.forEach(Load::clear);
            for (int run = 0; run < settings.runs; run++) {
                for (int done = 0; done < settings.tasks; done += TASKS_OF_BLOCK) {
                    round(loads, Math.min(TASKS_OF_BLOCK, settings.tasks - done));
                }
                runs.add(metrics(small, bare, large));
                loads.forEach(Load::clear);
            }
        }
        Map<String, Object> parameters = settings.parameters();
        parameters.put("executor", executor.name());
        new Report("chain", parameters, runs).print(spec.commandLine().getOut(), settings.json);
        return 0;
    }

    private static void round(List<Load> loads, int tasks) throws InterruptedException {
        for (Load load : loads) {
            load.block(tasks);
        }
    }

    private static Map<String, Double> metrics(Load small, Load bare, Load large) {
        Latencies tasks = small.chains.tasks();
        Latencies hops = small.chains.hops();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("task_p50_ms", tasks.millis(50));
        metrics.put("task_p99_ms", tasks.millis(99));
        metrics.put("hop_p50_ms", hops.millis(50));
        metrics.put("hop_p99_ms", hops.millis(99));
        metrics.put("task_cpu_ms", small.cpuMillisOfTask());
        metrics.put("floor_task_p50_ms", bare.chains.tasks().millis(50));
        metrics.put("floor_hop_p50_ms", bare.chains.hops().millis(50));
        metrics.put("floor_task_cpu_ms", bare.cpuMillisOfTask());
        metrics.put("floor_ratio", tasks.millis(50) / bare.chains.tasks().millis(50));
        metrics.put("body_4k_extra_ms", large.chains.hops().millis(50) - hops.millis(50));
        return metrics;
    }
}
