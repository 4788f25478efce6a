package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/** Calls a service that is already running: one POST an attempt, no retry of its own. */
public final class HttpExecutor implements FunctionExecutor, AutoCloseable {
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]*");

    private final CloseableHttpAsyncClient client;
    private final ScheduledExecutorService timer;
    private final Clock clock;

    /** @param destinations where it may call */
    public HttpExecutor(Destinations destinations, ScheduledExecutorService timer, Clock clock) {
        this(destinations, InetAddress::getAllByName, timer, clock);
    }

    HttpExecutor(Destinations destinations, Destinations.Lookup lookup, ScheduledExecutorService timer, Clock clock) {
        this.timer = timer;
        this.clock = clock;
        client = HttpAsyncClients.custom()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        .setDnsResolver(new CheckedAddresses(destinations, lookup))
                        .setMaxConnPerRoute(256)
                        .setMaxConnTotal(1024)
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(Timeout.ofDays(1))
                        .setResponseTimeout(Timeout.DISABLED)
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .build();
        client.start();
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
        Future<?> call = client.execute(
                request(url, invocation, began + limit).build(),
                new LimitedBody(FunctionErrors.MAX_RESULT_BYTES),
                new FutureCallback<FunctionReply>() {
                    @Override
                    public void completed(FunctionReply reply) {
                        invocation.answered(reply, url, began, clock.millis(), outcome);
                    }

                    @Override
                    public void failed(Exception error) {
                        outcome.complete(
                                error instanceof LimitedBody.TooLarge
                                        ? FunctionErrors.tooLarge(began, -1)
                                        : unreachable(began, url, error));
                    }

                    @Override
                    public void cancelled() {
                        failed(new IOException("cancelled"));
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
            call.cancel(true);
            outcome.complete(unreachable(began, url, new IOException("cancelled")));
        });
    }

    private static AsyncRequestBuilder request(String url, FunctionCall invocation, long deadline) {
        AsyncRequestBuilder request = AsyncRequestBuilder.post(url);
        invocation.headers(deadline, invocation.access().urls().advertised()).forEach((name, value) -> {
            if (!name.equals("Content-Type")) {
                request.addHeader(name, value);
            }
        });
        for (Function.Secret secret : invocation.function().secrets()) {
            String value = invocation.access().secrets().values().get(secret.name());
            request.addHeader(secret.httpHeader(), secret.httpValue(value));
        }
        return request.setEntity(invocation.firing().input(), ContentType.APPLICATION_JSON);
    }

    private static Outcome unreachable(long began, String url, Exception error) {
        boolean refused = error instanceof Destinations.Refused;
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("error", refused ? "Http.NotAllowed" : "Http.Unreachable");
        data.put("message", url + ": " + (refused ? error.getMessage() : error));
        data.put("retryable", !refused);
        return new Outcome.Failed(began, Json.bytes(data));
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}
