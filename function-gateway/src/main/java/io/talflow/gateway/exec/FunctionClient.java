package io.talflow.gateway.exec;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * The one way to functions that listen at a TCP port: POSTs over connections that are kept open, tried once, without
 * redirects or a timeout of their own.
 */
public final class FunctionClient implements AutoCloseable {
    /** The reply has more than {@link FunctionErrors#MAX_RESULT_BYTES}; the rest of it was not read. */
    public static final class ReplyTooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** More than callers have under way, who share them out; were it less, one service could hold what others wait for. */
    private static final int MOST_CONNECTIONS = 2 * HttpExecutor.BOUND;

    private final CloseableHttpAsyncClient client;

    /** Reaches whatever the system does. */
    public FunctionClient() {
        this(SystemDefaultDnsResolver.INSTANCE);
    }

    /** @param addresses which of a host are called */
    FunctionClient(DnsResolver addresses) {
        client = HttpAsyncClients.custom()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create()
                        .setDnsResolver(addresses)
                        .setMaxConnPerRoute(MOST_CONNECTIONS)
                        .setMaxConnTotal(MOST_CONNECTIONS)
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

    /**
     * Sends JSON. The future fails with what went wrong: {@link ReplyTooLarge}, or no connection or one that broke; cancelling it
     * closes the connection.
     */
    public CompletableFuture<FunctionReply> post(String url, Map<String, String> headers, byte[] json) {
        AsyncRequestBuilder request = AsyncRequestBuilder.post(url);
        headers.forEach((name, value) -> {
            if (!name.equals("Content-Type")) {
                request.addHeader(name, value);
            }
        });
        request.setEntity(json, ContentType.APPLICATION_JSON);
        CompletableFuture<FunctionReply> reply = new CompletableFuture<>();
        Future<?> call = client.execute(
                request.build(), new LimitedBody(FunctionErrors.MAX_RESULT_BYTES), new FutureCallback<FunctionReply>() {
                    @Override
                    public void completed(FunctionReply answer) {
                        reply.complete(answer);
                    }

                    @Override
                    public void failed(Exception error) {
                        reply.completeExceptionally(error);
                    }

                    @Override
                    public void cancelled() {
                        reply.completeExceptionally(new IOException("cancelled"));
                    }
                });
        CompletableFuture<?> unused = reply.whenComplete((answer, error) -> {
            if (reply.isCancelled()) {
                call.cancel(true);
            }
        });
        return reply;
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}
