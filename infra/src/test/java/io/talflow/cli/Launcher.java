package io.talflow.cli;

import io.talflow.tal.Json;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The {@code talflow} script as a shell runs it, in a folder that looks like a checkout in which everything is built: its
 * {@code target} folders lead to what this build has made.
 */
public final class Launcher {
    private static final List<String> MODULES =
            List.of("tal-dsl", "flink-jobs", "function-gateway", "datasets", "infra", "eval");
    /** A build that runs in the background may have made Ctrl-C ignored, and a child inherits that. */
    private static final List<String> WITH_DEFAULT_SIGNALS = List.of(
            "python3",
            "-c",
            "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])");

    private static final long PATIENCE_SECONDS = 120;
    private static Path home;

    private Launcher() {}

    /** What a command printed and how it ended. */
    public record Result(int exitCode, String out, String err) {
        /** What it printed on stdout, which must be a JSON object and nothing else. */
        public Map<String, Object> json() {
            return Json.parseObject(out.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A command that runs. Closing it kills it, if it still does. */
    public record Running(Process process, Path out, Path err) implements AutoCloseable {
        public String printed() throws IOException {
            return Files.readString(err);
        }

        /** Ctrl-C. */
        public void interrupt() throws IOException, InterruptedException {
            signal("INT", process.pid());
        }

        /** Waits for the end. */
        public Result result() throws IOException, InterruptedException {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("no end after %d s; it printed: %s".formatted(PATIENCE_SECONDS, printed()));
            }
            return new Result(process.exitValue(), Files.readString(out), printed());
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Sends a signal by the shell's own kill. */
    static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(name, pid)).start();
        if (kill.waitFor() != 0) {
            throw new IOException("no process %d to send %s".formatted(pid, name));
        }
    }

    /** Runs a command to its end. */
    public static Result run(Path directory, String... arguments) throws IOException, InterruptedException {
        try (Running running = start(directory, arguments)) {
            return running.result();
        }
    }

    /** @param directory to run in */
    public static Running start(Path directory, String... arguments) throws IOException {
        Path out = Files.createTempFile("talflow-", ".out");
        Path err = Files.createTempFile("talflow-", ".err");
        out.toFile().deleteOnExit();
        err.toFile().deleteOnExit();
        List<String> command = new ArrayList<>(WITH_DEFAULT_SIGNALS);
        command.add(home().resolve("talflow").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Running(process, out, err);
    }

    /** Makes the folder once. */
    private static synchronized Path home() throws IOException {
        if (home != null) {
            return home;
        }
        Path made = Path.of("target", "launcher").toAbsolutePath();
        delete(made);
        Path root = Path.of("..").toAbsolutePath().normalize();
        Files.createDirectories(made);
        Files.copy(root.resolve("talflow"), made.resolve("talflow"));
        for (String module : MODULES) {
            Path target = Files.createDirectories(made.resolve(module).resolve("target"));
            Files.createSymbolicLink(
                    target.resolve("classes"), root.resolve(module).resolve("target/classes"));
            Files.copy(
                    root.resolve(module).resolve("pom.xml"),
                    made.resolve(module).resolve("pom.xml"));
        }
        Files.copy(root.resolve("pom.xml"), made.resolve("pom.xml"));
        Path lib = Files.createDirectories(made.resolve("infra/target/lib"));
        for (String entry : List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))) {
            if (entry.endsWith(".jar")) {
                Files.createSymbolicLink(
                        lib.resolve(Path.of(entry).getFileName()),
                        Path.of(entry).toAbsolutePath());
            }
        }
        Files.createFile(made.resolve("infra/target/built"));
        // What a build and a run leave beside the sources is none: a command that took it for one would build again.
        for (String left : List.of("java/target/functions.jar", "python/talflow/__pycache__/serve.pyc")) {
            Path file = made.resolve("function-gateway/sdk").resolve(left);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
        home = made;
        return made;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
