package io.talflow.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a gateway serves.
 *
 * @param tokens file of the tokens it takes; empty: everybody may do everything
 * @param insecure may serve other machines without authentication
 * @param peerToken file with the token, of role node, that it shows to other gateways; empty: none
 */
public record Security(Optional<Path> tokens, boolean insecure, Optional<Path> peerToken) {
    /** Without authentication, which goes on loopback only. */
    public static final Security LOOPBACK_ONLY = new Security(Optional.empty(), false, Optional.empty());

    public Security {
        tokens = tokens.map(file -> file.toAbsolutePath().normalize());
    }

    /** With authentication. */
    public static Security of(Path tokens) {
        return new Security(Optional.of(tokens), false, Optional.empty());
    }

    /** Shows other gateways the token of a file. */
    public Security withPeerToken(Path file) {
        return new Security(tokens, insecure, Optional.of(file));
    }

    /** The headers that other gateways want to see, read anew with each call. */
    public Map<String, String> peerHeaders() throws IOException {
        if (peerToken.isEmpty()) {
            return Map.of();
        }
        try {
            return Map.of(
                    "Authorization",
                    "Bearer " + Files.readString(peerToken.get()).strip());
        } catch (IOException e) {
            throw new IOException(
                    "the token for other gateways cannot be read from %s: %s".formatted(peerToken.get(), e), e);
        }
    }

    /** A gateway by itself authenticates unless it is told not to. */
    static Security parse(Map<String, String> values, Path data) {
        boolean insecure = Boolean.parseBoolean(values.getOrDefault("insecure", "false"));
        if (insecure && values.containsKey("tokens")) {
            throw new IllegalArgumentException("option --insecure is without authentication, --tokens is with it");
        }
        return new Security(
                insecure
                        ? Optional.empty()
                        : Optional.of(Path.of(values.getOrDefault(
                                "tokens", data.resolve("tokens.json").toString()))),
                insecure,
                Optional.ofNullable(values.get("peer-token-file")).map(Path::of));
    }

    boolean authenticates() {
        return tokens.isPresent();
    }
}
