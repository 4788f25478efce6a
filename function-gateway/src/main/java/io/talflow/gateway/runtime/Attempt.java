package io.talflow.gateway.runtime;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.event.NodeReport;
import io.talflow.tal.model.Function;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One attempt as its function's signals see it: open until its outcome is known or nobody waits for it, then ended for
 * good. The end waits for the signals under way, so that no outcome overtakes one.
 */
public final class Attempt {
    private final Firing firing;
    private final Function function;
    private final Access access;
    private final boolean forDataOnly;
    private final CompletableFuture<Void> quiet = new CompletableFuture<>();
    private final CompletableFuture<Reported> reported = new CompletableFuture<>();
    private final CompletableFuture<Optional<Outcome>> recorded = new CompletableFuture<>();
    private volatile long heardAt;
    private volatile Optional<NodeReport.Progress> progress = Optional.empty();
    private int underWay;
    private boolean ended;

    Attempt(Firing firing, Function function, Access access, boolean forDataOnly) {
        this.firing = firing;
        this.function = function;
        this.access = access;
        this.forDataOnly = forDataOnly;
    }

    public Firing firing() {
        return firing;
    }

    public Function function() {
        return function;
    }

    public Access access() {
        return access;
    }

    /** Whether it is made for the values it puts alone: what it says besides is taken and told to nobody. */
    public boolean isForDataOnly() {
        return forDataOnly;
    }

    /** Its function has spoken, epoch milliseconds. */
    void heard(long at) {
        heardAt = at;
    }

    long heardAt() {
        return heardAt;
    }

    /**
     * How far its function says it is.
     *
     * @param fraction 0 to 1, or -1
     */
    public void progress(double fraction, String message) {
        progress = Optional.of(new NodeReport.Progress(
                firing.key().firing(),
                firing.key().attempt(),
                fraction,
                access.secrets().masked(message),
                heardAt));
    }

    Optional<NodeReport.Progress> progress() {
        return progress;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /**
     * Sends a signal. Its future completes after the attempt has let go of it.
     *
     * @throws GatewayFailure ATTEMPT_ENDED; the signal was not sent
     */
    <T> CompletableFuture<T> signal(Supplier<CompletableFuture<T>> send) {
        enter();
        CompletableFuture<T> sent;
        try {
            sent = send.get();
        } catch (RuntimeException e) {
            leave();
            throw e;
        }
        return sent.whenComplete((answer, error) -> leave());
    }

    /**
     * Takes the outcome that the function reports, once it has answered that it will. Completes when it is journaled.
     *
     * @throws GatewayFailure ATTEMPT_ENDED, also by the future: another outcome came first
     */
    public CompletableFuture<Void> report(Reported told) {
        Reported report = told.masked(access.secrets());
        synchronized (this) {
            if (ended || reported.isDone()) {
                throw ended(firing.key().toString());
            }
        }
        if (!reported.complete(report)) {
            throw ended(firing.key().toString());
        }
        return recorded.thenAccept(outcome -> {
            if (outcome.filter(report::became).isEmpty()) {
                throw ended(firing.key().toString());
            }
        });
    }

    /** What the function reported, when it has. */
    public CompletableFuture<Reported> reported() {
        return reported;
    }

    /** Its outcome is in the journal; empty: it has none that matters, for it was withdrawn. */
    public void recorded(Optional<Outcome> outcome) {
        recorded.complete(outcome);
    }

    /** Takes no more signals. */
    void end() {
        boolean last;
        synchronized (this) {
            ended = true;
            last = underWay == 0;
        }
        if (last) {
            quiet.complete(null);
        }
    }

    /**
     * Completes when it has ended and each signal that was under way is acknowledged by Kafka or has failed. The outcome's
     * event may be appended then, and not before.
     */
    public CompletableFuture<Void> quiet() {
        return quiet;
    }

    private synchronized void enter() {
        if (ended) {
            throw ended(firing.key().toString());
        }
        underWay++;
    }

    private void leave() {
        boolean last;
        synchronized (this) {
            underWay--;
            last = ended && underWay == 0;
        }
        if (last) {
            quiet.complete(null);
        }
    }

    static GatewayFailure ended(String attempt) {
        return new GatewayFailure(
                GatewayError.ATTEMPT_ENDED, "attempt %s has ended; it can signal nothing any more".formatted(attempt));
    }
}
