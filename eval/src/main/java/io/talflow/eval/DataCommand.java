package io.talflow.eval;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code talflow bench data} */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        description =
                "Values by each of the three ways from function to function, beside cp and a plain copy over TCP.",
        footer = {"", "Examples:", "  talflow bench data --runs 3 --json", "  talflow bench data --grid --runs 1"})
final class DataCommand implements Callable<Integer> {
    private static final String FUNCTIONS = """
            import time

            def put(ctx, input):
                with open(input["file"], "rb") as file:
                    begin = time.perf_counter()
                    reference = ctx.put("value", file, nodes=input.get("nodes"), replicate=input["replicate"])
                    return {"seconds": time.perf_counter() - begin, "reference": reference}

            def get(ctx, input):
                begin = time.perf_counter()
                with ctx.get(input["reference"]) as file:
                    return {"seconds": time.perf_counter() - begin, "file": getattr(file, "name", "")}
            """;
    private static final String WORKFLOW = """
            tal: 1
            workflow: bench-data
            functions: {put: {python: "data.py:put"}, get: {python: "data.py:get"}}
            rules: [{when: started, do: [{invoke: put}, {invoke: get}, {complete: 1}]}]
            """;
    /** A value of this many bytes is transferred this often in a run, at least once. */
    private static final long BYTES_A_RUN = 1_280L << 20;

    private static final int MOST_TRANSFERS = 20;
    private static final int SMALL = 16 << 20;
    private static final List<Integer> WAYS = List.of(65_537, 1 << 20, 16 << 20, 256 << 20);
    private static final List<Integer> GRID = List.of(1 << 10, 128 << 10, 1 << 20, 16 << 20, 256 << 20);

    @Option(
            names = "--sizes",
            paramLabel = "BYTES",
            split = ",",
            description =
                    "Sizes of the values (default: 65,537, the least that goes by reference, and 1, 16 and 256 MiB;"
                            + " of the grid 1 and 128 KiB, and 1, 16 and 256 MiB).")
    private List<Integer> sizes;

    @Option(names = "--grid", description = "By size and number of readers instead, and beside what the nodes choose.")
    private boolean grid;

    @Option(
            names = "--fan-out",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,4,16",
            description = "Readers of a value in the grid (default: ${DEFAULT-VALUE}).")
    private List<Integer> fanOuts;

    @Option(
            names = "--remote",
            paramLabel = "URL",
            description = "The remote store, file:///DIRECTORY or s3://BUCKET/PREFIX (default: a directory).")
    private String remote;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Seconds of values of all sizes before anything is measured (default: ${DEFAULT-VALUE}).")
    private int warmupSeconds;

    @Mixin
    private Runs runs;

    private int tasks;

    /** Seconds, by kind. */
    private record Times(Latencies cp, Latencies local, Latencies tcp, Latencies direct, Latencies store) {
        Times() {
            this(new Latencies(), new Latencies(), new Latencies(), new Latencies(), new Latencies());
        }
    }

    @Override
    public Integer call() throws Exception {
        Map<String, byte[]> files = Map.of("workflow.yaml", bytes(WORKFLOW), "data.py", bytes(FUNCTIONS));
        try (Scratch scratch = Scratch.create()) {
            String store =
                    remote == null ? scratch.path().resolve("remote").toUri().toString() : remote;
            try (TwoNodes nodes = TwoNodes.start(scratch.path(), files, store)) {
                return grid ? grid(nodes, scratch.path(), store) : ways(nodes, scratch.path());
            }
        }
    }

    private int grid(TwoNodes nodes, Path scratch, String store) throws Exception {
        List<Integer> cells = sizes == null ? GRID : sizes;
        Map<String, Object> parameters = parameters(cells);
        parameters.put("fan_out", fanOuts.stream().map(Integer::longValue).toList());
        try (DataGrid measured = new DataGrid(nodes, scratch, store, fanOuts)) {
            measured.learn(cells);
            return runs.report(parameters, profile -> {
                profile.begin();
                return measured.metrics(cells);
            });
        }
    }

    private Map<String, Object> parameters(List<Integer> measured) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("sizes", measured.stream().map(Integer::longValue).toList());
        parameters.put("remote", remote == null ? "directory" : remote);
        return parameters;
    }

    private int ways(TwoNodes nodes, Path scratch) throws Exception {
        List<Integer> measured = sizes == null ? WAYS : sizes;
        Map<String, Object> parameters = parameters(measured);
        parameters.put("warmup_s", (long) warmupSeconds);
        try (Copies copies = new Copies()) {
            long end = System.nanoTime() + Duration.ofSeconds(warmupSeconds).toNanos();
            do {
                for (int size : measured) {
                    measure(nodes, copies, scratch, size, 1);
                }
            } while (System.nanoTime() < end);
            return runs.report(parameters, profile -> {
                profile.begin();
                return metrics(nodes, copies, scratch, measured);
            });
        }
    }

    private Map<String, Double> metrics(TwoNodes nodes, Copies copies, Path scratch, List<Integer> measured)
            throws Exception {
        Map<String, Double> metrics = new LinkedHashMap<>();
        double cp = 0;
        double local = 0;
        double tcp = 0;
        double direct = 0;
        for (int size : measured) {
            int count = (int) Math.max(1, Math.min(MOST_TRANSFERS, BYTES_A_RUN / size));
            Times times = measure(nodes, copies, scratch, size, count);
            cp += times.cp().millis(50);
            local += times.local().millis(50);
            tcp += times.tcp().millis(50);
            direct += times.direct().millis(50);
            String name = "_" + name(size);
            metrics.put("cp" + name + "_ms", times.cp().millis(50));
            metrics.put("local" + name + "_ms", times.local().millis(50));
            metrics.put("tcp" + name + "_ms", times.tcp().millis(50));
            metrics.put("direct" + name + "_ms", times.direct().millis(50));
            metrics.put("remote" + name + "_ms", times.store().millis(50));
            metrics.put("remote_mb_per_second", size / 1e3 / times.store().millis(50)); // the last size's stays
        }
        metrics.put("local_over_cp", cp / local);
        metrics.put("direct_over_tcp", tcp / direct);
        return metrics;
    }

    static String name(int size) {
        return size < 1 << 20 ? (size >> 10) + "k" : (size >> 20) + "m";
    }

    /** Each kind in turn; every value is freed before the next is made. */
    private Times measure(TwoNodes nodes, Copies copies, Path scratch, int size, int count) throws Exception {
        Path source = scratch.resolve("source");
        Path copy = scratch.resolve("copy");
        Copies.fill(source, size);
        Times times = new Times();
        for (int i = 0; i < count; i++) {
            times.cp().add(copies.cp(source, copy));
            times.tcp().add(Copies.tcp(source, copy));
            String task = "t" + tasks++;
            Map<String, Object> kept = put(nodes, task, source, false);
            Map<String, Object> here = get(nodes, 0, task, kept.get("reference"));
            times.local().add(nanos(kept) + nanos(here));
            times.direct().add(nanos(get(nodes, 1, task, kept.get("reference"))));
            end(nodes, task, size);
            task = "t" + tasks++;
            Map<String, Object> stored = put(nodes, task, source, true);
            times.store()
                    .add(nanos(stored) + nanos(get(nodes, 1, task, DataGrid.moved(stored.get("reference"), "node-1"))));
            end(nodes, task, size);
        }
        return times;
    }

    /** A large value is gone before the next is made, or the system would write to its disk meanwhile. */
    private static void end(TwoNodes nodes, String task, int size) throws Exception {
        nodes.end(task);
        if (size > SMALL) {
            nodes.awaitFreed(task);
        }
    }

    private static Map<String, Object> put(TwoNodes nodes, String task, Path file, boolean replicate) throws Exception {
        return nodes.call(0, task, "put", Map.of("file", file.toString(), "replicate", replicate));
    }

    private static Map<String, Object> get(TwoNodes nodes, int node, String task, Object reference) throws Exception {
        return nodes.call(node, task, "get", Map.of("reference", reference));
    }

    private static long nanos(Map<String, Object> result) {
        return (long) (((Number) result.get("seconds")).doubleValue() * 1e9);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
