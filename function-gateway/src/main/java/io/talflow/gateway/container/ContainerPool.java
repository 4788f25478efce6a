package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionKey;
import io.talflow.gateway.journal.Start;
import io.talflow.tal.model.Function;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers, started when a call finds none with room and kept warm while they are used. A call that waits is given whatever
 * comes first, a warm container that has finished or a new one. Functions share the places by max-min fairness: the next is for
 * the one with fewest, and beyond the bound, up to twice it, for one that has none, or for a call that one which runs waits for.
 */
final class ContainerPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerPool.class);
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final ContainerStarter starter;
    private final ContainerCall.Parts parts;
    private final ExecutorService threads;
    private final int bound;
    private final Map<FunctionKey, FunctionContainers> functions = new LinkedHashMap<>();
    private int places;
    private int leaving;
    private boolean closed;

    ContainerPool(ContainerStarter starter, ContainerCall.Parts parts, ExecutorService threads, int bound) {
        this.starter = starter;
        this.parts = parts;
        this.threads = threads;
        this.bound = bound;
    }

    /** Changes the pool under its lock; what that leads to, and must not hold the lock, is done afterwards. */
    private void change(Consumer<List<Runnable>> change) {
        List<Runnable> then = new ArrayList<>();
        synchronized (this) {
            change.accept(then);
        }
        then.forEach(Runnable::run);
    }

    void submit(ContainerJob job) {
        change(then -> {
            if (closed) {
                return;
            }
            of(job.key(), job.image()).waits(job);
            fill(then);
        });
    }

    void cancel(ContainerJob job) {
        synchronized (this) {
            FunctionContainers function = functions.get(job.key());
            if (function != null) {
                function.waitsNoMore(job);
            }
        }
        job.cancel();
    }

    /** Starts containers until the function has so many. */
    void warm(FunctionKey key, Function.Executor.Image image, int least) {
        change(then -> {
            FunctionContainers function = of(key, image);
            long now = parts.clock().millis();
            while (!closed && function.count() < least && places < bound && !function.failedLately(now)) {
                start(function, then);
            }
        });
    }

    /** Ends what has been idle for as long as its function says, down to {@code least} of each. */
    void endIdle(ToIntFunction<FunctionKey> least) {
        change(then -> {
            long now = parts.clock().millis();
            for (FunctionContainers function : List.copyOf(functions.values())) {
                long before = now - function.image().container().idle().toMillis();
                function.takeIdle(before, least.applyAsInt(function.key())).forEach(idle -> end(idle, then));
            }
        });
    }

    synchronized int idle() {
        return functions.values().stream().mapToInt(FunctionContainers::idle).sum();
    }

    synchronized List<ContainerStatus> status() {
        return functions.values().stream().map(FunctionContainers::status).toList();
    }

    private FunctionContainers of(FunctionKey key, Function.Executor.Image image) {
        return functions.computeIfAbsent(key, absent -> new FunctionContainers(key, image));
    }

    /** Gives containers to who waits, longest first, and starts what is lacking. */
    private void fill(List<Runnable> then) {
        if (closed) {
            return;
        }
        functions.values().forEach(function -> give(function, then));
        for (Optional<FunctionContainers> next = neediest(); next.isPresent(); next = neediest()) {
            start(next.get(), then);
            if (places - leaving > bound) {
                makeRoom(then);
            }
        }
        if (places - leaving == bound && functions.values().stream().anyMatch(FunctionContainers::wantsAnother)) {
            makeRoom(then);
        }
        while (places - leaving > bound && places - leaving - idle() < bound) {
            makeRoom(then); // what is idle is kept beyond the bound while calls fill it
        }
    }

    /** Of those that lack a container and may have one. */
    private Optional<FunctionContainers> neediest() {
        return functions.values().stream()
                .filter(function -> function.mayHaveAnother(places, bound))
                .min(FunctionContainers.NEEDIEST_FIRST);
    }

    private void give(FunctionContainers function, List<Runnable> then) {
        while (function.isAwaited()) {
            Optional<RunningContainer> free = function.free();
            if (free.isEmpty()) {
                return;
            }
            ContainerJob job = function.first();
            function.waitsNoMore(job);
            RunningContainer container = free.get();
            container.enter();
            Start start = job.submittedAtNanos() < container.readyAtNanos() ? Start.COLD : Start.WARM;
            function.served(start);
            then.add(() -> run(job, container, start));
        }
    }

    private void run(ContainerJob job, RunningContainer container, Start start) {
        CompletableFuture<?> unused = new ContainerCall(parts, job, container, start)
                .begin()
                .thenAccept(after -> left(job, container, after));
    }

    private void left(ContainerJob job, RunningContainer container, ContainerCall.After after) {
        change(then -> {
            container.leave(parts.clock().millis());
            FunctionContainers function = functions.get(container.key());
            if (after != ContainerCall.After.USABLE || function.hasTooMany() || isWanted(function)) {
                function.remove(container);
            }
            if (after == ContainerCall.After.ABSENT) {
                function.waitsAgain(job);
            }
            if (container.calls() == 0 && !function.has(container)) {
                end(container, then);
            }
            fill(then);
        });
    }

    private void start(FunctionContainers function, List<Runnable> then) {
        places++;
        function.starts();
        then.add(() -> threads.execute(() -> startNow(function)));
    }

    private void startNow(FunctionContainers function) {
        long began = System.nanoTime();
        RunningContainer container;
        try {
            container = starter.start(function.key(), function.image());
        } catch (EngineFailure e) {
            failed(function, e);
            return;
        } catch (RuntimeException e) {
            LOG.error("A container of {} cannot start", function.key(), e);
            failed(function, new EngineFailure(e.toString()));
            return;
        }
        CompletableFuture<?> unused = container.ended().thenRun(() -> gone(container));
        change(then -> {
            container.ready(parts.clock().millis());
            function.started(container, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            if (closed || container.ended().isDone()) {
                function.remove(container);
                end(container, then);
            }
            fill(then);
        });
    }

    /** Those that this container would have served fail, unless another may still serve them. */
    private void failed(FunctionContainers function, EngineFailure why) {
        change(then -> {
            places--;
            function.failedToStart(parts.clock().millis());
            List<ContainerJob> lost = function.takeLost();
            lost.forEach(job -> then.add(
                    () -> job.outcome().complete(why.outcome(parts.clock().millis()))));
            fill(then);
        });
    }

    /** It ended by itself. */
    private void gone(RunningContainer container) {
        change(then -> {
            FunctionContainers function = functions.get(container.key());
            if (function.remove(container) && container.calls() == 0) {
                end(container, then);
                fill(then);
            }
        });
    }

    /** Whether it gives a container up: one beyond the bound, or for another that has waited for {@link #PATIENCE} with fewer. */
    private boolean isWanted(FunctionContainers giving) {
        int taken = places - leaving;
        int left = giving.count() - 1;
        return (taken > bound && left > 0)
                || (taken >= bound
                        && functions.values().stream()
                                .anyMatch(other -> other != giving
                                        && other.hasWaited(PATIENCE)
                                        && (other.count() < left || other.count() == 0)));
    }

    /** Ends the container that has been idle longest. */
    private void makeRoom(List<Runnable> then) {
        FunctionContainers.longestIdle(functions.values()).ifPresent(container -> {
            functions.get(container.key()).remove(container);
            end(container, then);
        });
    }

    /** It has been taken out; its place is free when it is gone. */
    private void end(RunningContainer container, List<Runnable> then) {
        if (!container.takeToEnd()) {
            return;
        }
        leaving++;
        then.add(() -> threads.execute(() -> {
            try {
                starter.end(container);
            } finally {
                left(container);
            }
        }));
    }

    private void left(RunningContainer container) {
        change(then -> {
            places--;
            leaving--;
            fill(then);
            notifyAll();
        });
    }

    /** Ends every container; what runs in one has no outcome. */
    @Override
    public void close() {
        change(then -> {
            closed = true;
            for (FunctionContainers function : functions.values()) {
                function.clear();
                for (RunningContainer container : function.all()) {
                    function.remove(container);
                    end(container, then);
                }
            }
        });
    }

    /** Waits until the last container is gone. @return false: it took longer */
    synchronized boolean awaitEmpty(Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (places > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
