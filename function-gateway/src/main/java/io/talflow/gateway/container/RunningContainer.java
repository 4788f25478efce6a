package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A container that takes calls. The pool guards what changes. */
final class RunningContainer {
    private final FunctionKey key;
    private final String id;
    private final String url;
    private final String runtime;
    private final CallContract contract;
    private final ContainerOutput output;
    private final Optional<ValueMount> values;
    private final CompletableFuture<Void> ended;
    private final CompletableFuture<Void> removed = new CompletableFuture<>();
    private int calls;
    private long readyAtNanos;
    private long idleSince;
    private boolean ending;

    /**
     * @param url base URL of what listens in it
     * @param runtime base URL of the runtime API as it is reached from inside
     * @param values where it sees them; empty: it sees none
     * @param ended completes when the container has printed its last
     */
    RunningContainer(
            FunctionKey key,
            String id,
            String url,
            String runtime,
            CallContract contract,
            ContainerOutput output,
            Optional<ValueMount> values,
            CompletableFuture<Void> ended) {
        this.key = key;
        this.id = id;
        this.url = url;
        this.runtime = runtime;
        this.contract = contract;
        this.output = output;
        this.values = values;
        this.ended = ended;
    }

    FunctionKey key() {
        return key;
    }

    String id() {
        return id;
    }

    String url() {
        return url;
    }

    String runtime() {
        return runtime;
    }

    CallContract contract() {
        return contract;
    }

    ContainerOutput output() {
        return output;
    }

    Optional<ValueMount> values() {
        return values;
    }

    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Completes when it is not there any more. */
    CompletableFuture<Void> removed() {
        return removed;
    }

    /** Calls that run in it. */
    int calls() {
        return calls;
    }

    void enter() {
        calls++;
    }

    void leave(long now) {
        calls--;
        idleSince = now;
    }

    /** It takes calls from now on. */
    void ready(long now) {
        readyAtNanos = System.nanoTime();
        idleSince = now;
    }

    long readyAtNanos() {
        return readyAtNanos;
    }

    /** Epoch milliseconds. */
    long idleSince() {
        return idleSince;
    }

    /** It is to be ended. @return false: somebody else does that already */
    boolean takeToEnd() {
        boolean first = !ending;
        ending = true;
        return first;
    }
}
