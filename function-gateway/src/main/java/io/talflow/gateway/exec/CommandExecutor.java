package io.talflow.gateway.exec;

import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.log.FunctionLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs programs, one process an invocation; which run at once is said by {@link FairPlaces}, and those that another waits for do. */
public final class CommandExecutor implements FunctionExecutor, AutoCloseable {
    /** What the runs share. */
    record Parts(
            BundleStore bundles,
            FunctionLogs logs,
            ScheduledExecutorService timer,
            ExecutorService threads,
            Path inputs,
            Clock clock) {}

    private final Parts parts;
    private final FairPlaces<CommandRun> places;
    private final Set<CommandRun> runs = ConcurrentHashMap.newKeySet();
    private boolean closed;

    /** @param bound on processes that run at once, of all functions together; {@link FairPlaces} says when it is passed */
    public CommandExecutor(
            BundleStore bundles, FunctionLogs logs, ScheduledExecutorService timer, Clock clock, int bound)
            throws IOException {
        Path inputs = Files.createTempDirectory("talflow-input");
        parts = new Parts(bundles, logs, timer, Executors.newCachedThreadPool(CommandExecutor::thread), inputs, clock);
        places = new FairPlaces<>(bound, bound, System::nanoTime);
    }

    @Override
    public Execution run(FunctionCall call) {
        CommandRun run = new CommandRun(parts, call);
        runs.add(run);
        synchronized (places) {
            if (call.awaited()) {
                places.enterBeyond(run.key());
                begin(run);
            } else if (places.enter(run.key(), run)) {
                begin(run);
            }
        }
        return new Execution(run.outcome(), () -> cancel(run));
    }

    private void begin(CommandRun run) {
        if (!closed) {
            parts.threads().execute(() -> runThenNext(run));
        }
    }

    private void runThenNext(CommandRun run) {
        try {
            run.run();
        } finally {
            runs.remove(run);
            synchronized (places) {
                places.leave(run.key(), Duration.ZERO).ifPresent(this::begin);
            }
        }
    }

    private void cancel(CommandRun run) {
        synchronized (places) {
            if (places.remove(run.key(), run)) {
                runs.remove(run);
            }
        }
        run.cancel();
    }

    /** Kills what runs; it has no outcome. */
    @Override
    public void close() throws IOException {
        synchronized (places) {
            closed = true;
            places.clear();
        }
        runs.forEach(CommandRun::abandon);
        parts.threads().shutdownNow();
        Files.deleteIfExists(parts.inputs());
    }

    private static final AtomicInteger THREADS = new AtomicInteger();

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "command-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
