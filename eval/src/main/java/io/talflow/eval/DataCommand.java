package io.talflow.eval;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
        footer = {"", "Example:", "  talflow bench data --runs 3 --json"})
final class DataCommand implements Callable<Integer> {
    private static final String FUNCTIONS = """
            import time

            def put(ctx, input):
                with open(input["file"], "rb") as file:
                    begin = time.perf_counter()
                    reference = ctx.put("value", file, replicate=input["replicate"])
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

    @Option(
            names = "--sizes",
            paramLabel = "BYTES",
            split = ",",
            defaultValue = "65537,1048576,16777216,268435456",
            description =
                    "Sizes of the values; 65,537 is the least that goes by reference (default: ${DEFAULT-VALUE}).")
    private List<Integer> sizes;

    @Option(
            names = "--remote",
            paramLabel = "URL",
            description = "The remote store, file:///DIRECTORY or s3://BUCKET/PREFIX (default: a directory).")
    private String remote;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "Seconds of values up to 16 MiB before anything is measured (default: ${DEFAULT-VALUE}).")
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
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("sizes", sizes.stream().map(Integer::longValue).toList());
        parameters.put("warmup_s", (long) warmupSeconds);
        parameters.put("remote", remote == null ? "directory" : remote);
        try (Scratch scratch = Scratch.create();
                Copies copies = new Copies();
                TwoNodes nodes = TwoNodes.start(
                        scratch.path(),
                        "bench-data",
                        Map.of("workflow.yaml", bytes(WORKFLOW), "data.py", bytes(FUNCTIONS)),
                        remote == null
                                ? scratch.path().resolve("remote").toUri().toString()
                                : remote)) {
            long end = System.nanoTime() + Duration.ofSeconds(warmupSeconds).toNanos();
            do {
                for (int size : sizes) {
                    if (size <= SMALL) {
                        measure(nodes, copies, scratch.path(), size, 1);
                    }
                }
            } while (System.nanoTime() < end);
            return runs.report(parameters, profile -> {
                profile.begin();
                return metrics(nodes, copies, scratch.path());
            });
        }
    }

    private Map<String, Double> metrics(TwoNodes nodes, Copies copies, Path scratch) throws Exception {
        Map<String, Double> metrics = new LinkedHashMap<>();
        double cp = 0;
        double local = 0;
        double tcp = 0;
        double direct = 0;
        for (int size : sizes) {
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

    private static String name(int size) {
        return size < 1 << 20 ? (size >> 10) + "k" : (size >> 20) + "m";
    }

    /** Each kind in turn; every value is freed before the next is made. */
    private Times measure(TwoNodes nodes, Copies copies, Path scratch, int size, int count) throws Exception {
        Path source = scratch.resolve("source");
        Path copy = scratch.resolve("copy");
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        Files.write(source, content);
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
            times.store().add(nanos(stored) + nanos(get(nodes, 1, task, fromNowhere(stored.get("reference")))));
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

    /** The reference as if its node were gone, so that only the remote store is left. */
    private static Map<String, Object> fromNowhere(Object reference) {
        Map<String, Object> data = new LinkedHashMap<>();
        ((Map<?, ?>) ((Map<?, ?>) reference).get("$data"))
                .forEach((name, value) -> data.put(String.valueOf(name), value));
        data.computeIfPresent("href", (name, href) -> String.valueOf(href).replace("/node-1/", "/gone/"));
        return Map.of("$data", data);
    }

    private static long nanos(Map<String, Object> result) {
        return (long) (((Number) result.get("seconds")).doubleValue() * 1e9);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
