package io.talflow.gateway;

import io.talflow.gateway.exec.Destinations;
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
 * @param destinations where http functions may be
 * @param secrets directory of a file for each secret that functions may be given; empty: none
 */
public record Security(
        Optional<Path> tokens,
        boolean insecure,
        Optional<Path> peerToken,
        Destinations destinations,
        Optional<Path> secrets) {
    /** Without authentication, which goes on loopback only, where functions may be, too. */
    public static final Security LOOPBACK_ONLY =
            new Security(Optional.empty(), false, Optional.empty(), Destinations.WITH_LOOPBACK, Optional.empty());

    public Security {
        tokens = tokens.map(file -> file.toAbsolutePath().normalize());
    }

    /** Without authentication even where other machines reach the gateway. */
    public static final Security INSECURE =
            new Security(Optional.empty(), true, Optional.empty(), Destinations.PUBLIC, Optional.empty());

    /** With authentication; functions have public addresses. */
    public static Security of(Path tokens) {
        return new Security(Optional.of(tokens), false, Optional.empty(), Destinations.PUBLIC, Optional.empty());
    }

    public Security withTokens(Path file) {
        return new Security(Optional.of(file), insecure, peerToken, destinations, secrets);
    }

    public Security withDestinations(Destinations newDestinations) {
        return new Security(tokens, insecure, peerToken, newDestinations, secrets);
    }

    public Security withSecrets(Path directory) {
        return new Security(tokens, insecure, peerToken, destinations, Optional.of(directory));
    }

    /** Shows other gateways the token of a file. */
    public Security withPeerToken(Path file) {
        return new Security(tokens, insecure, Optional.of(file), destinations, secrets);
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
                Optional.ofNullable(values.get("peer-token-file")).map(Path::of),
                Destinations.parse(values.getOrDefault("http-allow", "")),
                Optional.ofNullable(values.get("secrets")).map(Path::of));
    }

    boolean authenticates() {
        return tokens.isPresent();
    }
}
