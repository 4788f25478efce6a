package io.talflow.gateway.exec;

import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.log.FunctionLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs programs, one process an invocation, at most {@code limit} at once, but for calls that another waits for; firings beyond that wait in order. */
public final class CommandExecutor implements FunctionExecutor, AutoCloseable {
    /** What the runs share. */
    record Parts(
            BundleStore bundles,
            FunctionLogs logs,
            ScheduledExecutorService timer,
            ExecutorService readers,
            Path inputs,
            Clock clock) {}

    private final Parts parts;
    private final ExecutorService workers;
    private final Set<CommandRun> runs = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public CommandExecutor(
            BundleStore bundles, FunctionLogs logs, ScheduledExecutorService timer, Clock clock, int limit)
            throws IOException {
        Path inputs = Files.createTempDirectory("talflow-input");
        parts = new Parts(bundles, logs, timer, Executors.newCachedThreadPool(CommandExecutor::thread), inputs, clock);
        workers = Executors.newFixedThreadPool(limit, CommandExecutor::thread);
    }

    @Override
    public Execution run(FunctionCall call) {
        CommandRun run = new CommandRun(parts, call);
        runs.add(run);
        Future<?> queued = (call.awaited() ? parts.readers() : workers).submit(() -> {
            try {
                if (!closed) {
                    run.run();
                }
            } finally {
                runs.remove(run);
            }
        });
        return new Execution(run.outcome(), () -> {
            if (queued.cancel(false)) {
                runs.remove(run);
            }
            run.cancel();
        });
    }

    /** Kills what runs; it has no outcome. */
    @Override
    public void close() throws IOException {
        closed = true;
        workers.shutdownNow();
        runs.forEach(CommandRun::abandon);
        parts.readers().shutdownNow();
        Files.deleteIfExists(parts.inputs());
    }

    private static final AtomicInteger THREADS = new AtomicInteger();

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "command-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
