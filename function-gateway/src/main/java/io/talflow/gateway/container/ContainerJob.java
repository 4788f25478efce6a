package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionKey;
import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.model.Function;
import java.util.concurrent.CompletableFuture;

/** An attempt on its way through the pool: it waits for a container, then runs in one. */
final class ContainerJob {
    private static final int MOST_TRIES = 3;

    private final FunctionCall call;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final long submittedAtNanos = System.nanoTime();
    private int tries;
    private ContainerCall running;
    private boolean cancelled;

    ContainerJob(FunctionCall call) {
        this.call = call;
    }

    FunctionKey key() {
        return FunctionKey.of(call.firing());
    }

    Function.Executor.Image image() {
        return (Function.Executor.Image) call.function().executor();
    }

    FunctionCall call() {
        return call;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    long submittedAtNanos() {
        return submittedAtNanos;
    }

    /** Whether it may be tried in another container, since the one it was given never took it. */
    synchronized boolean tryAgain() {
        running = null;
        return !cancelled && ++tries < MOST_TRIES;
    }

    synchronized void runs(ContainerCall now) {
        running = now;
        if (cancelled) {
            now.cancel();
        }
    }

    synchronized void cancel() {
        cancelled = true;
        if (running != null) {
            running.cancel();
        }
    }

    synchronized boolean cancelled() {
        return cancelled;
    }
}
