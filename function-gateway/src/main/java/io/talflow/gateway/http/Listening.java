package io.talflow.gateway.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;

/** What is accepted of a connection before anybody knows who calls. */
final class Listening {
    /** Bound on a request's line and headers together, bytes; 431 beyond it. */
    static final int MAX_HEADER_BYTES = 16 * 1024;

    /** Connections beyond this wait to be accepted. */
    private static final int MAX_CONNECTIONS = 8_192;
    /** A connection that says nothing for so long is closed, also in the middle of a request. */
    private static final long IDLE_MILLIS = 60_000;

    private Listening() {}

    /** @param tls empty: plain HTTP */
    static ServerConnector at(
            ServerSocketChannel listener, Optional<ServerTls> tls, Server jetty, HttpConfiguration settings) {
        settings.setRequestHeaderSize(MAX_HEADER_BYTES);
        settings.setSendServerVersion(false);
        tls.ifPresent(secured -> secured.customise(settings));
        HttpConnectionFactory http = new HttpConnectionFactory(settings);
        ServerConnector connector = tls.map(secured -> new ServerConnector(
                        jetty, new SslConnectionFactory(secured.factory(), http.getProtocol()), http))
                .orElseGet(() -> new ServerConnector(jetty, http));
        connector.setIdleTimeout(IDLE_MILLIS);
        connector.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, connector));
        try {
            connector.open(listener);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return connector;
    }
}
