package io.talflow.eval;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What a benchmark of a chain, one task at a time, can be told. */
final class Settings {
    @Option(
            names = "--hops",
            defaultValue = "10",
            description = "Functions of a task, one after the other (default: ${DEFAULT-VALUE}).")
    int hops;

    @Option(
            names = "--tasks",
            defaultValue = "200",
            description = "Tasks measured in a run, one at a time (default: ${DEFAULT-VALUE}).")
    int tasks;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "Seconds of the same load before anything is measured (default: ${DEFAULT-VALUE}).")
    int warmupSeconds;

    @Option(
            names = "--body",
            paramLabel = "BYTES",
            defaultValue = "16",
            description = "Size of what each call carries (default: ${DEFAULT-VALUE}).")
    int bodyBytes;

    @Option(
            names = "--parallelism",
            defaultValue = "2",
            description = "Parallelism of the floor's job; the stack's own is 2 (default: ${DEFAULT-VALUE}).")
    int parallelism;

    Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("hops", (long) hops);
        parameters.put("tasks", (long) tasks);
        parameters.put("warmup_s", (long) warmupSeconds);
        parameters.put("body_bytes", (long) bodyBytes);
        parameters.put("parallelism", (long) parallelism);
        return parameters;
    }
}
