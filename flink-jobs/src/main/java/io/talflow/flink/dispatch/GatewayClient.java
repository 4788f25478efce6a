package io.talflow.flink.dispatch;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.async.MinimalHttpAsyncClient;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.nio.AsyncClientConnectionManager;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.Timeout;

/** Calls to gateways {@code POST /v1/firings}; no retries of its own. */
final class GatewayClient implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 1_000;
    private static final Timeout CONNECT = Timeout.ofSeconds(2);
    private static final Timeout ANSWER = Timeout.ofSeconds(30);

    /** The code of the refusal, in its body. */
    private static final String CERTIFICATE_NEEDED = "gateway/certificate-needed";

    private static final RequestConfig REQUEST =
            RequestConfig.custom().setResponseTimeout(ANSWER).build();

    /** Minimal: what is between a request and its connection (redirects, cookies, compression) costs more than the rest. */
    private final MinimalHttpAsyncClient http;

    private final GatewayAccess access;
    private String token = "";

    /**
     * @param access how the job shows who it is, to each gateway the same
     * @param connections to each gateway
     * @throws IOException if certificates or the key cannot be read
     */
    GatewayClient(GatewayAccess access, int connections) throws IOException {
        this.access = access;
        this.http = HttpAsyncClients.createMinimal(
                H2Config.DEFAULT,
                Http1Config.DEFAULT,
                IOReactorConfig.custom().setIoThreadCount(1).setTcpNoDelay(true).build(),
                connections(access, connections));
        http.start();
    }

    private static AsyncClientConnectionManager connections(GatewayAccess access, int most) throws IOException {
        PoolingAsyncClientConnectionManagerBuilder connections = PoolingAsyncClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(most)
                .setMaxConnTotal(MAX_CONNECTIONS)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(ANSWER)
                        .build());
        access.tls()
                .ifPresent(tls -> connections.setTlsStrategy(
                        ClientTlsStrategyBuilder.create().setSslContext(tls).buildAsync()));
        return connections.build();
    }

    /** @param gateway base URL */
    CompletableFuture<SimpleHttpResponse> post(String gateway, byte[] body) {
        SimpleRequestBuilder request = SimpleRequestBuilder.post(gateway + "/v1/firings")
                .setBody(body, ContentType.APPLICATION_JSON)
                .setRequestConfig(REQUEST);
        CompletableFuture<SimpleHttpResponse> answer = new CompletableFuture<>();
        try {
            if (token.isEmpty()) {
                token = access.token();
            }
        } catch (IOException e) {
            answer.completeExceptionally(e);
            return answer;
        }
        if (!token.isEmpty()) {
            request.setHeader("Authorization", "Bearer " + token);
        }
        Future<?> unused = http.execute(request.build(), new FutureCallback<>() {
            @Override
            public void completed(SimpleHttpResponse response) {
                answer.complete(response);
            }

            @Override
            public void failed(Exception failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void cancelled() {
                answer.cancel(false);
            }
        });
        return answer;
    }

    /** What to do about a refusal. A token that is not taken is forgotten: its file may have a new one by the next call. */
    String hint(SimpleHttpResponse refusal) {
        if (refusal.getCode() != 401 && refusal.getCode() != 403) {
            return "";
        }
        token = "";
        if (refusal.getBodyText() != null && refusal.getBodyText().contains(CERTIFICATE_NEEDED)) {
            return ": it wants a certificate that leads to one of its --job-ca; give the job --gateway-certificate FILE and --gateway-key FILE";
        }
        return access.tokenFile().isEmpty()
                ? ": it wants a token of role job; give the job --gateway-token-file FILE"
                : ": it does not take the token in %s as one of role job".formatted(access.tokenFile());
    }

    @Override
    public void close() {
        http.close(CloseMode.IMMEDIATE);
    }
}
