package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Start;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** One attempt of a function that is a service, from its wait for a place to its outcome. */
final class HttpCall {
    private final FunctionCall call;
    private final Function function;
    private final String url;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private CompletableFuture<FunctionReply> posted;
    private boolean cancelled;

    HttpCall(FunctionCall call) {
        this.call = call;
        function = call.function();
        url = ((Function.Executor.Http) function.executor()).url();
    }

    FunctionKey key() {
        return FunctionKey.of(call.firing());
    }

    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    /**
     * Calls the service, unless it was cancelled. The timeout counts from now.
     *
     * @return completes, in any case normally, when the service is called no more; the outcome may still be reported
     */
    CompletableFuture<?> begin(FunctionClient client, ScheduledExecutorService timer, Clock clock) {
        long began = clock.millis();
        Optional<CompletableFuture<FunctionReply>> reply = post(client, began);
        if (reply.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        ScheduledFuture<?> timeout = timer.schedule(
                () -> {
                    outcome.complete(FunctionErrors.timeout(began, function.name(), function.timeout()));
                    reply.get().cancel(true);
                },
                function.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        CompletableFuture<?> unused = outcome.whenComplete((ended, error) -> timeout.cancel(false));
        return reply.get().handle((answer, error) -> {
            if (error == null) {
                call.answered(answer, url, began, clock.millis(), outcome);
            } else {
                outcome.complete(
                        error instanceof FunctionClient.ReplyTooLarge
                                ? FunctionErrors.tooLarge(began, -1)
                                : unreachable(began, error));
            }
            return null;
        });
    }

    /** Empty if it was cancelled before. */
    private synchronized Optional<CompletableFuture<FunctionReply>> post(FunctionClient client, long began) {
        if (cancelled) {
            return Optional.empty();
        }
        call.begins().accept(Start.NONE);
        long deadline = began + function.timeout().toMillis();
        try {
            posted = client.post(url, headers(deadline), call.firing().input());
        } catch (RuntimeException e) {
            posted = CompletableFuture.failedFuture(e);
        }
        return Optional.of(posted);
    }

    /** Ends the call; it does not begin any more. */
    void cancel(Clock clock) {
        outcome.complete(unreachable(clock.millis(), new IOException("cancelled")));
        CompletableFuture<FunctionReply> underWay;
        synchronized (this) {
            cancelled = true;
            underWay = posted;
        }
        if (underWay != null) {
            underWay.cancel(true);
        }
    }

    private Map<String, String> headers(long deadline) {
        Map<String, String> headers =
                call.headers(deadline, call.access().urls().advertised());
        for (Function.Secret secret : function.secrets()) {
            String value = call.access().secrets().values().get(secret.name());
            headers.put(secret.httpHeader(), secret.httpValue(value));
        }
        return headers;
    }

    private Outcome unreachable(long began, Throwable error) {
        boolean refused = error instanceof Destinations.Refused;
        return Outcome.Failed.of(
                began,
                refused ? "Http.NotAllowed" : "Http.Unreachable",
                url + ": " + (refused ? error.getMessage() : error),
                "",
                !refused);
    }
}
