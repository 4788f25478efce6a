package io.talflow.gateway.exec;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process and those that it starts, in a process group of their own, so that all of them are signalled, those too that
 * have lost their parent. What is left of the group when the process has ended is killed. Where there is no {@code setsid}
 * the group is the process and its descendants.
 */
final class ProcessGroup {
    /** Between the request to end and the kill. */
    static final Duration GRACE = Duration.ofSeconds(2);

    private static final Optional<Path> SETSID = Stream.of("/usr/bin/setsid", "/bin/setsid")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();

    private final Process process;

    private ProcessGroup(Process process) {
        this.process = process;
        CompletableFuture<?> unused = process.onExit().thenRun(this::kill);
    }

    /** @throws IOException if there is no such program; with {@code setsid} it exits with 126 or 127 instead */
    static ProcessGroup start(ProcessBuilder builder) throws IOException {
        SETSID.ifPresent(setsid -> {
            List<String> command = new ArrayList<>(builder.command());
            command.add(0, setsid.toString());
            builder.command(command);
        });
        return new ProcessGroup(builder.start());
    }

    Process process() {
        return process;
    }

    /** Asks the processes to end (SIGTERM), and kills those that are there after {@link #GRACE}. */
    void terminate(ScheduledExecutorService timer) {
        if (SETSID.isEmpty()) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.toHandle().destroy();
        } else {
            signal("TERM", process.toHandle()::destroy);
        }
        ScheduledFuture<?> kill = timer.schedule(this::kill, GRACE.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<?> unused = process.onExit().thenRun(() -> kill.cancel(false));
    }

    /** Ends the processes, now (SIGKILL). By its handle, since {@code Process} would close the streams as well. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly();
        if (SETSID.isPresent()) {
            signal("KILL", () -> {});
        }
    }

    /** @param none what to do if there is no group, because its leader has not become one yet */
    private void signal(String name, Runnable none) {
        try {
            Process sent = new ProcessBuilder("/bin/sh", "-c", "kill -s %s -- -%d".formatted(name, process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(new File("/dev/null"))
                    .start();
            CompletableFuture<?> unused = sent.onExit().thenAccept(ended -> {
                if (ended.exitValue() != 0) {
                    none.run();
                }
            });
        } catch (IOException e) {
            none.run();
        }
    }
}
