package io.talflow.gateway;

import io.talflow.gateway.http.Listeners;
import io.talflow.gateway.http.ServerTls;
import io.talflow.gateway.runtime.Access;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a gateway listens, and the addresses it is reached by. Bound before there is a server, so that a function that runs
 * again at once knows where to signal, and waits there.
 */
final class Doors implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Doors.class);
    private static final int BACKLOG = 1_024;

    private final List<ServerSocketChannel> open = new ArrayList<>();
    private Listeners listeners;
    private Access.Urls urls;

    private Doors() {}

    /** @throws IOException if it cannot listen there, or may not, or its certificate is of no use */
    static Doors open(GatewayOptions options) throws IOException {
        Doors doors = new Doors();
        try {
            doors.bind(options);
            return doors;
        } catch (IOException | RuntimeException e) {
            doors.close();
            throw e;
        }
    }

    Listeners listeners() {
        return listeners;
    }

    Access.Urls urls() {
        return urls;
    }

    private void bind(GatewayOptions options) throws IOException {
        InetSocketAddress address = new InetSocketAddress(options.host(), options.port());
        refuseOthersWithoutAuthentication(options, address);
        Optional<Security.Tls> files = options.security().tls();
        Optional<ServerTls> tls =
                files.isEmpty() ? Optional.empty() : Optional.of(files.get().read());
        ServerSocketChannel everybody = listen(address, options);
        Optional<ServerSocketChannel> functions = tls.isEmpty()
                ? Optional.empty()
                : Optional.of(listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), options));
        listeners =
                new Listeners(everybody, tls, functions, options.containers().port());
        InetSocketAddress bound = (InetSocketAddress) everybody.getLocalAddress();
        boolean everywhere = bound.getAddress().isAnyLocalAddress();
        String loopback = InetAddress.getLoopbackAddress().getHostAddress();
        String local = functions.isPresent()
                ? url("http", loopback, ((InetSocketAddress) functions.get().getLocalAddress()).getPort())
                : url("http", everywhere ? loopback : options.host(), bound.getPort());
        String advertised = everywhere ? InetAddress.getLocalHost().getHostAddress() : options.host();
        urls = new Access.Urls(
                local,
                options.advertise().isEmpty()
                        ? url(tls.isEmpty() ? "http" : "https", advertised, bound.getPort())
                        : options.advertise());
    }

    private static void refuseOthersWithoutAuthentication(GatewayOptions options, InetSocketAddress address)
            throws IOException {
        Security security = options.security();
        if (security.authenticates()) {
            return;
        }
        if (security.insecure()) {
            LOG.warn("Gateway {} serves without authentication: --insecure", options.nodeId());
        } else if (!address.isUnresolved() && !address.getAddress().isLoopbackAddress()) {
            throw new IOException(
                    "%s can be reached from other machines, and without authentication each of them could run code here; give --tokens FILE, or --insecure if that is meant"
                            .formatted(options.host()));
        }
    }

    private ServerSocketChannel listen(InetSocketAddress address, GatewayOptions options) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        open.add(listener);
        try {
            return listener.bind(address, BACKLOG);
        } catch (IOException | UnresolvedAddressException e) {
            throw new IOException(
                    "cannot listen at %s:%d: %s".formatted(options.host(), options.port(), e.getMessage()), e);
        }
    }

    private static String url(String scheme, String host, int port) {
        return (host.contains(":") ? "%s://[%s]:%d" : "%s://%s:%d").formatted(scheme, host, port);
    }

    @Override
    public void close() throws IOException {
        for (ServerSocketChannel listener : open) {
            listener.close();
        }
    }
}
