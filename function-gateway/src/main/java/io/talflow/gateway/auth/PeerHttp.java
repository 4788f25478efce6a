package io.talflow.gateway.auth;

import java.io.IOException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * Calls to other gateways, to which this one shows its token. They block, and are over when the other says nothing for
 * {@value #SILENCE_SECONDS} s.
 */
public final class PeerHttp implements AutoCloseable {
    private static final int SILENCE_SECONDS = 20;
    private static final Timeout CONNECT = Timeout.ofSeconds(3);
    private static final Timeout SILENCE = Timeout.ofSeconds(SILENCE_SECONDS);

    private final PeerAccess access;
    private final CloseableHttpClient client;

    /**
     * A client without connections yet.
     *
     * @param perNode connections to one node at a time
     * @throws IOException if the certificates to be trusted cannot be read
     */
    public PeerHttp(PeerAccess access, int perNode) throws IOException {
        this.access = access;
        PoolingHttpClientConnectionManagerBuilder connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(perNode)
                .setMaxConnTotal(1_000)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(SILENCE)
                        .build());
        access.trust().ifPresent(trusted -> connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(trusted)));
        client = HttpClients.custom()
                .setConnectionManager(connections.build())
                .setDefaultRequestConfig(
                        RequestConfig.custom().setResponseTimeout(SILENCE).build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .build();
    }

    /** A request for an address that is to be opened. */
    public HttpGet get(String url) throws IOException {
        HttpGet request = new HttpGet(url);
        access.headers().forEach(request::addHeader);
        return request;
    }

    /** Sends it and returns when there is an answer, whose content is still to come. Close the answer. */
    public ClassicHttpResponse open(HttpGet request) throws IOException {
        return client.executeOpen(null, request, null);
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}
