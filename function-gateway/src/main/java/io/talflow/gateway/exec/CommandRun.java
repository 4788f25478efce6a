package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Start;
import io.talflow.gateway.log.AttemptLog;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** One run of a program, from its place in the queue to its outcome. */
final class CommandRun {
    private final CommandExecutor.Parts parts;
    private final FunctionCall call;
    private final Function function;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private ProcessGroup group;
    private boolean cancelled;
    private volatile boolean abandoned;
    private volatile boolean timedOut;

    CommandRun(CommandExecutor.Parts parts, FunctionCall call) {
        this.parts = parts;
        this.call = call;
        this.function = call.function();
    }

    FunctionKey key() {
        return FunctionKey.of(call.firing());
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    /** Runs the program to its end. Blocks. */
    void run() {
        long began = parts.clock().millis();
        Outcome ended;
        try (AttemptLog log = parts.logs().open(call.firing(), call.access().secrets())) {
            ended = run(began, log);
        } catch (IOException e) {
            ended = FunctionErrors.environment(
                    began, "%s cannot run: %s".formatted(function.name(), e.getMessage()), "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (!abandoned) {
            outcome.complete(ended);
        }
    }

    private Outcome run(long began, AttemptLog log) throws IOException, InterruptedException {
        ProcessGroup started = start(began);
        if (started == null) {
            return FunctionErrors.crashed(began, function.name(), 128 + 15, "");
        }
        Process process = started.process();
        CompletableFuture<Void> logged = CompletableFuture.runAsync(() -> copy(process, log), parts.threads());
        ScheduledFuture<?> timeout = parts.timer()
                .schedule(
                        () -> {
                            timedOut = true;
                            started.terminate(parts.timer());
                        },
                        function.timeout().toMillis(),
                        TimeUnit.MILLISECONDS);
        try {
            byte[] result = result(process, started);
            int exit = process.waitFor();
            logged.join();
            return timedOut
                    ? FunctionErrors.timeout(began, function.name(), function.timeout())
                    : CommandExit.outcome(began, function.name(), exit, result, log.tail());
        } finally {
            timeout.cancel(false);
        }
    }

    /** Null if it was cancelled before. */
    private synchronized ProcessGroup start(long began) throws IOException {
        if (cancelled) {
            return null;
        }
        Firing firing = call.firing();
        Path input = Files.createTempFile(parts.inputs(), "input", ".json");
        try {
            Files.write(input, firing.input());
            ProcessBuilder builder = new ProcessBuilder(((Function.Executor.Command) function.executor()).words())
                    .directory(parts.bundles().files(firing.version()).toFile())
                    .redirectInput(input.toFile());
            Map<String, String> environment = Inherited.without(builder.environment());
            environment.putAll(call.environment(
                    began + function.timeout().toMillis(), call.access().urls().local()));
            group = ProcessGroup.start(builder);
            call.begins().accept(Start.NONE);
            return group;
        } finally {
            Files.deleteIfExists(input);
        }
    }

    /** What it wrote to its standard output; of more than the limit only that it is more, and it is killed. */
    private static byte[] result(Process process, ProcessGroup group) throws IOException {
        try (InputStream out = process.getInputStream()) {
            byte[] result = out.readNBytes(FunctionErrors.MAX_RESULT_BYTES + 1);
            if (result.length > FunctionErrors.MAX_RESULT_BYTES) {
                group.kill();
            }
            return result;
        }
    }

    private static void copy(Process process, AttemptLog log) {
        byte[] buffer = new byte[8_192];
        try (InputStream errors = process.getErrorStream()) {
            for (int read = errors.read(buffer); read >= 0; read = errors.read(buffer)) {
                log.write(buffer, read);
            }
        } catch (IOException e) {
            // the stream was closed under us, since the process is gone
        }
    }

    /** Asks it to end; does not start any more. */
    synchronized void cancel() {
        cancelled = true;
        if (group != null) {
            group.terminate(parts.timer());
        }
    }

    /** Kills it; it will have no outcome. */
    synchronized void abandon() {
        abandoned = true;
        cancelled = true;
        if (group != null) {
            group.kill();
        }
    }
}
