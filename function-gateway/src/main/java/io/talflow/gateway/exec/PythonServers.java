package io.talflow.gateway.exec;

import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.exec.PythonJob.ServerKey;
import io.talflow.gateway.log.FunctionLogs;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Starts function servers: a bundle's directory, an environment with its requirements, an interpreter, a socket. */
public final class PythonServers implements AutoCloseable {
    private static final long START_SECONDS = 60;

    /** A server that cannot start. */
    static final class CannotStart extends Exception {
        private static final long serialVersionUID = 1L;
        private final String output;

        CannotStart(String message, String output) {
            super(message);
            this.output = output;
        }

        /** What the failing program printed. */
        String output() {
            return output;
        }
    }

    private final BundleStore bundles;
    private final PythonEnvironments environments;
    private final FunctionLogs logs;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final Path sockets;
    private final AtomicLong count = new AtomicLong();

    public PythonServers(
            BundleStore bundles,
            PythonEnvironments environments,
            FunctionLogs logs,
            ScheduledExecutorService timer,
            Clock clock)
            throws IOException {
        this.bundles = bundles;
        this.environments = environments;
        this.logs = logs;
        this.timer = timer;
        this.clock = clock;
        sockets = Files.createTempDirectory("talflow");
    }

    /** Returns when the server is connected. Blocks for as long as its environment takes to build. */
    PythonServer start(ServerKey key) throws CannotStart {
        Path output = null;
        try {
            Path files = bundles.files(key.version());
            if (!Files.isRegularFile(files.resolve(key.file()))) {
                throw new CannotStart("bundle %s has no file %s".formatted(key.version(), key.file()), "");
            }
            String python = environments.interpreter(files);
            String name = Long.toString(count.incrementAndGet());
            output = sockets.resolve(name + ".out");
            Path socket = sockets.resolve(name);
            try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listener.bind(UnixDomainSocketAddress.of(socket));
                ProcessGroup group = process(key, files, python, socket, output);
                return new PythonServer(key, group, connection(listener, group.process()), output, logs, timer, clock);
            } finally {
                Files.deleteIfExists(socket);
            }
        } catch (IOException e) {
            throw new CannotStart(
                    "a function server for %s cannot start: %s".formatted(key.file(), e.getMessage()),
                    output == null ? "" : FunctionLogs.tail(output, 0));
        }
    }

    private ProcessGroup process(ServerKey key, Path files, String python, Path socket, Path output)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                python,
                "-m",
                "talflow.server",
                socket.toString(),
                key.file(),
                key.handler(),
                Integer.toString(FunctionErrors.MAX_RESULT_BYTES));
        builder.directory(files.toFile());
        Map<String, String> environment = Inherited.without(builder.environment());
        environment.put("PYTHONPATH", environments.sdk().toString());
        environment.put("TALFLOW_STARTED_IN", Path.of("").toAbsolutePath().toString());
        environment.put("PYTHONUNBUFFERED", "1");
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.put("PYTHONIOENCODING", "utf-8:backslashreplace");
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        return ProcessGroup.start(builder);
    }

    private SocketChannel connection(ServerSocketChannel listener, Process process) throws IOException {
        CompletableFuture<?> unused = process.onExit().thenRun(() -> close(listener));
        ScheduledFuture<?> tooSlow = timer.schedule(process::destroyForcibly, START_SECONDS, TimeUnit.SECONDS);
        try {
            return listener.accept();
        } catch (IOException e) {
            process.destroyForcibly();
            throw new IOException("the interpreter ended before it connected", e);
        } finally {
            tooSlow.cancel(false);
        }
    }

    private static void close(ServerSocketChannel listener) {
        try {
            listener.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Runs a command to its end. @return what it printed; @throws CannotStart if it fails, with that */
    static String run(List<String> command, Path output, String what) throws CannotStart {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            Inherited.without(builder.environment());
            Process process = builder.start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.flush();
            }
            int exit = process.waitFor();
            String printed = Files.readString(output, StandardCharsets.UTF_8);
            if (exit != 0) {
                throw new CannotStart("%s failed with exit code %d".formatted(what, exit), printed);
            }
            return printed;
        } catch (IOException e) {
            throw new CannotStart("%s cannot run: %s".formatted(what, e.getMessage()), "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotStart(what + " was interrupted", "");
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(sockets)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
