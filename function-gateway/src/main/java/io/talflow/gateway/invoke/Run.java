package io.talflow.gateway.invoke;

import io.talflow.gateway.exec.Execution;
import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionExecutor;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Recorded;
import io.talflow.gateway.journal.Start;
import io.talflow.gateway.runtime.Attempt;
import io.talflow.gateway.runtime.Attempts;
import io.talflow.gateway.secret.Secrets;
import io.talflow.tal.model.Function;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** An attempt from its acceptance to its outcome. It may be withdrawn at any point, also before it has begun. */
final class Run {
    private final Firing firing;
    private final Attempts attempts;
    private boolean withdrawn;
    private Attempt attempt;
    private Execution execution;
    private Outcome silent;
    private volatile Start start = Start.NONE;

    Run(Firing firing, Attempts attempts) {
        this.firing = firing;
        this.attempts = attempts;
    }

    Firing firing() {
        return firing;
    }

    /**
     * Begins, unless it was withdrawn.
     *
     * @param called when the function is called, which may be later
     */
    synchronized Optional<Execution> begin(Function function, FunctionExecutor executor, Consumer<Attempt> called) {
        if (withdrawn) {
            return Optional.empty();
        }
        Attempt opened = attempts.open(firing, function);
        attempt = opened;
        execution = executor.run(new FunctionCall(firing, function, opened.access(), opened.reported(), found -> {
            start = found;
            called.accept(opened);
        }));
        return Optional.of(execution);
    }

    /**
     * Stops it, since it has said nothing for too long. Nothing that it says from now on counts, and that is how it ends.
     *
     * @return completes when it has ended
     */
    synchronized CompletableFuture<Outcome> silence(Outcome outcome) {
        silent = outcome;
        attempts.end(attempt);
        execution.cancel().run();
        return execution.outcome();
    }

    /** Stops it if it runs; it does not begin any more. */
    synchronized void withdraw() {
        withdrawn = true;
        if (execution != null) {
            attempts.end(attempt);
            execution.cancel().run();
            attempt.recorded(Optional.empty());
        }
    }

    /** How it ends, by how its execution did: without the values of secrets that the function was given. */
    synchronized Outcome told(Outcome outcome) {
        if (silent != null) {
            return silent;
        }
        Secrets secrets = attempt == null ? Secrets.NONE : attempt.access().secrets();
        return secrets.isEmpty() ? outcome : outcome.with(secrets.maskedJson(outcome.data()));
    }

    /** Ends its token. Completes when no signal of it is under way any more. */
    synchronized CompletableFuture<Void> end() {
        if (attempt == null) {
            return CompletableFuture.completedFuture(null);
        }
        attempts.end(attempt);
        return attempt.quiet();
    }

    Recorded recorded(Outcome outcome) {
        return new Recorded(firing.key(), firing.task(), outcome, start);
    }

    /** Its outcome is journaled; empty: it does not matter any more. */
    synchronized void recorded(Optional<Outcome> outcome) {
        if (attempt != null) {
            attempt.recorded(outcome);
        }
    }
}
