package io.talflow.eval;

import io.talflow.tal.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a benchmark in a JVM of its own, with the options of a stack's: nothing is compiled, cached or grown there. */
final class FreshProcess {
    private static final String COLLECTOR = "-XX:\\+Use\\w+GC";

    private FreshProcess() {}

    /**
     * Runs it and waits.
     *
     * @param options more for the JVM
     * @return the metrics of each run that it printed
     * @throws IOException if it fails
     */
    static List<Map<String, Double>> runs(List<String> options, List<String> arguments)
            throws IOException, InterruptedException {
        List<Map<String, Double>> runs = new ArrayList<>();
        for (Object run : (List<?>) report(options, arguments).get("runs")) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            ((Map<?, ?>) run).forEach((name, value) -> metrics.put((String) name, ((Number) value).doubleValue()));
            runs.add(metrics);
        }
        return runs;
    }

    private static Map<String, Object> report(List<String> options, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.matches(COLLECTOR))
                .forEach(command::add);
        command.add("-XX:+UseSerialGC");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            byte[] out = process.getInputStream().readAllBytes();
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new IOException("%s ended with exit code %d".formatted(arguments, exitCode));
            }
            return Json.parseObject(out);
        } finally {
            process.destroy();
        }
    }
}
