package io.talflow.eval;

import io.talflow.tal.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a benchmark in a JVM of its own, with this one's options: nothing is compiled, cached or grown there. */
final class FreshProcess {
    private FreshProcess() {}

    /**
     * Runs it and waits.
     *
     * @return the medians it printed
     * @throws IOException if it fails
     */
    static Map<?, ?> median(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
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
            return (Map<?, ?>) Json.parseObject(out).get("median");
        } finally {
            process.destroy();
        }
    }
}
