package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.model.Function;
import java.util.concurrent.CompletableFuture;

/** A firing on its way through the pool. */
final class PythonJob {
    /** What a function server serves: one handler of one file of one bundle. */
    record ServerKey(String version, String file, String handler) {}

    private final ServerKey key;
    private final Firing firing;
    private final Function function;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final long queuedAtNanos = System.nanoTime();
    private volatile PythonServer server;
    private volatile boolean cancelled;

    PythonJob(ServerKey key, Firing firing, Function function) {
        this.key = key;
        this.firing = firing;
        this.function = function;
    }

    ServerKey key() {
        return key;
    }

    Firing firing() {
        return firing;
    }

    Function function() {
        return function;
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
