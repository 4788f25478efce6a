package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import java.util.concurrent.CompletableFuture;

/** A firing on its way through the pool. */
final class PythonJob {
    /** What a function server serves: one handler of one file of one bundle. */
    record ServerKey(String version, String file, String handler) {}

    private final ServerKey key;
    private final FunctionCall call;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final long queuedAtNanos = System.nanoTime();
    private volatile PythonServer server;
    private volatile boolean cancelled;

    PythonJob(ServerKey key, FunctionCall call) {
        this.key = key;
        this.call = call;
    }

    ServerKey key() {
        return key;
    }

    FunctionCall call() {
        return call;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    long queuedAtNanos() {
        return queuedAtNanos;
    }

    /** The server that runs it from now on. */
    void runsOn(PythonServer runner) {
        server = runner;
        if (cancelled) {
            runner.kill();
        }
    }

    void cancel() {
        cancelled = true;
        PythonServer runner = server;
        if (runner != null) {
            runner.kill();
        }
    }

    boolean cancelled() {
        return cancelled;
    }
}
