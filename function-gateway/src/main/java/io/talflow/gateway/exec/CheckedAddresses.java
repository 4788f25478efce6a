package io.talflow.gateway.exec;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.apache.hc.client5.http.DnsResolver;

/** Names to addresses for the client of {@code http} functions, which connects to what comes from here and nothing else. */
final class CheckedAddresses implements DnsResolver {
    private final Destinations destinations;
    private final Destinations.Lookup lookup;

    CheckedAddresses(Destinations destinations, Destinations.Lookup lookup) {
        this.destinations = destinations;
        this.lookup = lookup;
    }

    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        return destinations.resolve(host, port, lookup).stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    /** Without a port there is nothing to check an entry's port against. */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        throw new UnknownHostException(host + " is looked up without a port");
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
