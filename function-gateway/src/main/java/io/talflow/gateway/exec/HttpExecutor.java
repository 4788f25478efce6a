package io.talflow.gateway.exec;

import io.talflow.gateway.exec.LimitedBody.Reply;
import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
    private static final int MAX_MESSAGE = 2_000;

    private final CloseableHttpAsyncClient client;
    private final ScheduledExecutorService timer;
    private final Clock clock;

    public HttpExecutor(ScheduledExecutorService timer, Clock clock) {
        this.timer = timer;
        this.clock = clock;
        client = HttpAsyncClients.custom()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
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
        long limit = function.timeout().toMillis();
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        Future<?> call = client.execute(
                request(url, invocation, began + limit).build(),
                new LimitedBody(FunctionErrors.MAX_RESULT_BYTES),
                new FutureCallback<Reply>() {
                    @Override
                    public void completed(Reply reply) {
                        outcome.complete(read(began, url, reply));
                    }

                    @Override
                    public void failed(Exception error) {
                        outcome.complete(
                                error instanceof LimitedBody.TooLarge
                                        ? FunctionErrors.tooLarge(began, -1)
                                        : failure(began, "Http.Unreachable", url + ": " + error, true));
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
        return new Execution(outcome, () -> call.cancel(true));
    }

    private static AsyncRequestBuilder request(String url, FunctionCall invocation, long deadline) {
        AsyncRequestBuilder request = AsyncRequestBuilder.post(url);
        invocation.headers(deadline, invocation.access().urls().advertised()).forEach((name, value) -> {
            if (!name.equals("Content-Type")) {
                request.addHeader(name, value);
            }
        });
        return request.setEntity(invocation.firing().input(), ContentType.APPLICATION_JSON);
    }

    private static Outcome read(long began, String url, Reply reply) {
        if (reply.status() == 200) {
            return FunctionErrors.result(began, reply.body());
        }
        boolean retryable = reply.status() == 408 || reply.status() == 429 || reply.status() >= 500;
        String body = new String(reply.body(), StandardCharsets.UTF_8).strip();
        String message = body.length() > MAX_MESSAGE ? body.substring(0, MAX_MESSAGE) : body;
        return failure(
                began,
                "Http." + reply.status(),
                "%s answered %d: %s".formatted(url, reply.status(), message),
                retryable);
    }

    private static Outcome failure(long began, String error, String message, boolean retryable) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("error", error);
        data.put("message", message);
        data.put("retryable", retryable);
        return new Outcome.Failed(began, Json.bytes(data));
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}
