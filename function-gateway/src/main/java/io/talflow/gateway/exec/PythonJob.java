package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.model.Function;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A firing on its way through the pool. */
final class PythonJob {
    /**
     * What a function server serves: one handler of one file of one bundle, given these secrets and no others, since what
     * a process has been given once it may keep.
     */
    record ServerKey(String version, String file, String handler, List<Function.Secret> secrets) {}

    private final ServerKey key;
    private final FunctionCall call;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private volatile PythonServer server;
    private volatile boolean cancelled;

    PythonJob(ServerKey key, FunctionCall call) {
        this.key = key;
        this.call = call;
    }

    ServerKey key() {
        return key;
    }

    FunctionKey function() {
        return FunctionKey.of(call.firing());
    }

    FunctionCall call() {
        return call;
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    /** The server that runs it from now on. */
    void runsOn(PythonServer runner) {
        server = runner;
        if (cancelled) {
            runner.terminate();
        }
    }

    void cancel() {
        cancelled = true;
        PythonServer runner = server;
        if (runner != null) {
            runner.terminate();
        }
    }

    boolean cancelled() {
        return cancelled;
    }
}
