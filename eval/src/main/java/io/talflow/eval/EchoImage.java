package io.talflow.eval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An image whose function answers with what it is given, in this machine's container engine.
 *
 * @param socket of the engine
 */
record EchoImage(String name, String socket) {
    /** Builds it, from this machine's python3. */
    static EchoImage build(Path scratch) throws IOException, InterruptedException {
        Path home = Path.of(System.getenv().getOrDefault("TALFLOW_HOME", ".."));
        Path function = Files.createDirectories(scratch.resolve("echo"));
        try (var program = EchoImage.class.getResourceAsStream("container/echo.py")) {
            Files.write(function.resolve("echo.py"), program.readAllBytes());
        }
        String socket = output(List.of(home.resolve("infra/dev/containers.sh").toString()));
        String image = output(List.of(
                home.resolve("infra/images/build.sh").toString(),
                "localhost/talflow/echo:bench",
                "--function",
                function.toString(),
                "--command",
                "python3",
                "echo.py"));
        return new EchoImage(image, socket);
    }

    /** The command line of the engine's own client. */
    List<String> client(String... words) {
        List<String> command = new ArrayList<>(
                socket.contains("podman")
                        ? List.of("podman", "--url", "unix://" + socket)
                        : List.of("docker", "-H", "unix://" + socket));
        command.addAll(Arrays.asList(words));
        return command;
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("%s ended with exit code %d".formatted(command, process.exitValue()));
        }
        return printed;
    }
}
