package io.talflow.gateway.auth;

import io.talflow.tal.tls.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How a gateway shows another who it is, and knows that it is another.
 *
 * @param token file with a token of role node; empty: the other asks for none
 * @param ca certificates that the other's must lead to; empty: those that Java trusts
 */
public record PeerAccess(Optional<Path> token, Optional<Path> ca) {
    public static final PeerAccess NONE = new PeerAccess(Optional.empty(), Optional.empty());

    /** The headers that the other wants to see, read anew with each call. */
    public Map<String, String> headers() throws IOException {
        if (token.isEmpty()) {
            return Map.of();
        }
        try {
            return Map.of(
                    "Authorization", "Bearer " + Files.readString(token.get()).strip());
        } catch (IOException e) {
            throw new IOException(
                    "the token for other gateways cannot be read from %s: %s".formatted(token.get(), e), e);
        }
    }

    /** What is trusted in TLS; empty: what Java trusts. */
    public Optional<SSLContext> trust() throws IOException {
        return ca.isEmpty() ? Optional.empty() : Optional.of(PemFiles.trusting(ca.get()));
    }
}
