package io.talflow.gateway;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a gateway serves.
 *
 * @param tokens file of the tokens it takes; empty: everybody may do everything
 * @param insecure may serve other machines without authentication
 */
public record Security(Optional<Path> tokens, boolean insecure) {
    /** Without authentication, which goes on loopback only. */
    public static final Security LOOPBACK_ONLY = new Security(Optional.empty(), false);

    public Security {
        tokens = tokens.map(file -> file.toAbsolutePath().normalize());
    }

    /** With authentication. */
    public static Security of(Path tokens) {
        return new Security(Optional.of(tokens), false);
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
                insecure);
    }

    boolean authenticates() {
        return tokens.isPresent();
    }
}
