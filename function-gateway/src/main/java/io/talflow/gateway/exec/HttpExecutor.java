package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Start;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Calls a service that is already running: one POST an attempt, no retry of its own. */
public final class HttpExecutor implements FunctionExecutor, AutoCloseable {
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]*");

    private final FunctionClient client;
    private final ScheduledExecutorService timer;
    private final Clock clock;

    /** @param destinations where it may call */
    public HttpExecutor(Destinations destinations, ScheduledExecutorService timer, Clock clock) {
        this(destinations, InetAddress::getAllByName, timer, clock);
    }

    HttpExecutor(Destinations destinations, Destinations.Lookup lookup, ScheduledExecutorService timer, Clock clock) {
        this.timer = timer;
        this.clock = clock;
        client = new FunctionClient(new CheckedAddresses(destinations, lookup));
    }

    @Override
    public Execution run(FunctionCall invocation) {
        Function function = invocation.function();
        String url = ((Function.Executor.Http) function.executor()).url();
        long began = clock.millis();
        for (Map.Entry<String, String> secret :
                invocation.access().secrets().values().entrySet()) {
            if (!HEADER_VALUE.matcher(secret.getValue()).matches()) {
                String message = "secret %s cannot be sent in a header: it must be printable ASCII in one line"
                        .formatted(secret.getKey());
                return new Execution(
                        CompletableFuture.completedFuture(FunctionErrors.secret(began, message)), () -> {});
            }
        }
        long limit = function.timeout().toMillis();
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        invocation.begins().accept(Start.NONE);
        CompletableFuture<FunctionReply> call = client.post(
                url, headers(invocation, began + limit), invocation.firing().input());
        CompletableFuture<?> answered = call.whenComplete((reply, error) -> {
            if (error == null) {
                invocation.answered(reply, url, began, clock.millis(), outcome);
            } else {
                outcome.complete(
                        error instanceof FunctionClient.ReplyTooLarge
                                ? FunctionErrors.tooLarge(began, -1)
                                : unreachable(began, url, error));
            }
        });
        ScheduledFuture<?> timeout = timer.schedule(
                () -> {
                    outcome.complete(FunctionErrors.timeout(began, function.name(), function.timeout()));
                    call.cancel(true);
                },
                limit,
                TimeUnit.MILLISECONDS);
        CompletableFuture<?> unused = outcome.whenComplete((ended, error) -> timeout.cancel(false));
        return new Execution(outcome, () -> {
            outcome.complete(unreachable(began, url, new IOException("cancelled")));
            call.cancel(true);
        });
    }

    private static Map<String, String> headers(FunctionCall invocation, long deadline) {
        Map<String, String> headers =
                invocation.headers(deadline, invocation.access().urls().advertised());
        for (Function.Secret secret : invocation.function().secrets()) {
            String value = invocation.access().secrets().values().get(secret.name());
            headers.put(secret.httpHeader(), secret.httpValue(value));
        }
        return headers;
    }

    private static Outcome unreachable(long began, String url, Throwable error) {
        boolean refused = error instanceof Destinations.Refused;
        return Outcome.Failed.of(
                began,
                refused ? "Http.NotAllowed" : "Http.Unreachable",
                url + ": " + (refused ? error.getMessage() : error),
                "",
                !refused);
    }

    @Override
    public void close() {
        client.close();
    }
}
