package io.talflow.gateway.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;

/**
 * Where a server listens, bound already: who connects before it serves waits there.
 *
 * @param everybody for all calls
 * @param tls for everybody; empty: it speaks plain HTTP
 * @param functions on loopback, plain, for calls of running functions alone, which need no certificates then; empty: they
 *     call where everybody does
 * @param containersPort port to listen at for containers, at each of this machine's addresses in their networks; 0: any
 */
public record Listeners(
        ServerSocketChannel everybody,
        Optional<ServerTls> tls,
        Optional<ServerSocketChannel> functions,
        int containersPort) {
    boolean onLoopback() {
        return address(everybody).getAddress().isLoopbackAddress();
    }

    /** 0: none. */
    int functionsPort() {
        return functions.map(listener -> address(listener).getPort()).orElse(0);
    }

    private static InetSocketAddress address(ServerSocketChannel listener) {
        try {
            return (InetSocketAddress) listener.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
