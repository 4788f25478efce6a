package io.talflow.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A JVM process of the stack that is started again whenever it ends, until it is closed. */
final class Child implements AutoCloseable {
    /** Told after every start. */
    interface Started {
        void started(Child child, boolean again);
    }

    private static final long RESTART_MILLIS = 500;

    private final String name;
    private final List<String> command;
    private final Path log;
    private final Started listener;
    private Process process;
    private boolean closed;

    private Child(String name, List<String> command, Path log, Started listener) {
        this.name = name;
        this.command = List.copyOf(command);
        this.log = log;
        this.listener = listener;
    }

    /**
     * Starts a main class with this process's own Java and class path.
     *
     * @param heap as in -Xmx
     */
    static Child start(Path data, String name, String heap, String main, List<String> arguments, Started listener)
            throws IOException {
        Path logs = Files.createDirectories(data.resolve("logs"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + heap,
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.time=ALL-UNNAMED",
                "-Dtalflow.logs=" + logs,
                "-Dtalflow.process=" + name,
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(arguments);
        Child child = new Child(name, command, logs.resolve(name + ".out"), listener);
        child.launch(false);
        return child;
    }

    String name() {
        return name;
    }

    synchronized long pid() {
        return process.pid();
    }

    private synchronized void launch(boolean again) throws IOException {
        if (closed) {
            return;
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        CompletableFuture<?> unused = process.onExit()
                .thenRunAsync(this::relaunch, CompletableFuture.delayedExecutor(RESTART_MILLIS, TimeUnit.MILLISECONDS));
        listener.started(this, again);
    }

    private void relaunch() {
        try {
            launch(true);
        } catch (IOException e) {
            Logs.of(Child.class).error("cannot start {} again", name, e);
        }
    }

    @Override
    public void close() {
        Process last;
        synchronized (this) {
            closed = true;
            last = process;
        }
        last.destroy();
        try {
            if (!last.waitFor(15, TimeUnit.SECONDS)) {
                last.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            last.destroyForcibly();
        }
    }
}
