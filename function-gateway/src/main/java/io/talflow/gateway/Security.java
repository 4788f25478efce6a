package io.talflow.gateway;

import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.exec.Destinations;
import io.talflow.gateway.http.ServerTls;
import io.talflow.tal.tls.PemFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a gateway serves, and what it lets functions have.
 *
 * @param tokens file of the tokens it takes; empty: everybody may do everything
 * @param insecure may serve other machines without authentication
 * @param tls what it shows who it is by; empty: it speaks plain HTTP
 * @param peers how it calls other gateways
 * @param destinations where http functions may be
 * @param secrets directory of a file for each secret that functions may be given; empty: none
 */
public record Security(
        Optional<Path> tokens,
        boolean insecure,
        Optional<Tls> tls,
        PeerAccess peers,
        Destinations destinations,
        Optional<Path> secrets) {
    /** Without authentication, which goes on loopback only, where functions may be, too. */
    public static final Security LOOPBACK_ONLY = new Security(
            Optional.empty(), false, Optional.empty(), PeerAccess.NONE, Destinations.WITH_LOOPBACK, Optional.empty());

    /** Without authentication even where other machines reach the gateway. */
    public static final Security INSECURE = new Security(
            Optional.empty(), true, Optional.empty(), PeerAccess.NONE, Destinations.PUBLIC, Optional.empty());

    public Security {
        tokens = tokens.map(file -> file.toAbsolutePath().normalize());
    }

    /**
     * PEM files.
     *
     * @param certificate the gateway's, and those that lead from it to its authority's
     * @param key in PKCS #8, not encrypted
     * @param jobCa certificates that the job's must lead to; empty: the job shows none
     */
    public record Tls(Path certificate, Path key, Optional<Path> jobCa) {
        /** For a job that shows no certificate. */
        public Tls(Path certificate, Path key) {
            this(certificate, key, Optional.empty());
        }

        /** @throws IOException that names the file which is of no use */
        ServerTls read() throws IOException {
            Optional<KeyStore> jobs = jobCa.isPresent() ? Optional.of(PemFiles.trusted(jobCa.get())) : Optional.empty();
            return new ServerTls(PemFiles.identity(certificate, key), jobs);
        }
    }

    /** With authentication; functions have public addresses. */
    public static Security of(Path tokens) {
        return new Security(
                Optional.of(tokens), false, Optional.empty(), PeerAccess.NONE, Destinations.PUBLIC, Optional.empty());
    }

    public Security withTokens(Path file) {
        return new Security(Optional.of(file), insecure, tls, peers, destinations, secrets);
    }

    public Security withTls(Tls identity) {
        return new Security(tokens, insecure, Optional.of(identity), peers, destinations, secrets);
    }

    public Security withPeers(PeerAccess access) {
        return new Security(tokens, insecure, tls, access, destinations, secrets);
    }

    public Security withDestinations(Destinations newDestinations) {
        return new Security(tokens, insecure, tls, peers, newDestinations, secrets);
    }

    public Security withSecrets(Path directory) {
        return new Security(tokens, insecure, tls, peers, destinations, Optional.of(directory));
    }

    /** A gateway by itself authenticates unless it is told not to. */
    static Security parse(Map<String, String> values, Path data) {
        boolean insecure = Boolean.parseBoolean(values.getOrDefault("insecure", "false"));
        if (insecure && values.containsKey("tokens")) {
            throw new IllegalArgumentException("option --insecure is without authentication, --tokens is with it");
        }
        Path tokens = path(values, "tokens").orElse(data.resolve("tokens.json"));
        return new Security(
                insecure ? Optional.empty() : Optional.of(tokens),
                insecure,
                tls(values),
                new PeerAccess(path(values, "peer-token-file"), path(values, "peer-ca")),
                Destinations.parse(values.getOrDefault("http-allow", "")),
                path(values, "secrets"));
    }

    private static Optional<Tls> tls(Map<String, String> values) {
        Optional<Path> certificate = path(values, "tls-certificate");
        Optional<Path> key = path(values, "tls-key");
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("options --tls-certificate and --tls-key go together");
        }
        Optional<Path> jobCa = path(values, "job-ca");
        if (jobCa.isPresent() && certificate.isEmpty()) {
            throw new IllegalArgumentException(
                    "option --job-ca asks the job for a certificate, which needs TLS: --tls-certificate and --tls-key");
        }
        return certificate.map(file -> new Tls(file, key.orElseThrow(), jobCa));
    }

    private static Optional<Path> path(Map<String, String> values, String key) {
        return Optional.ofNullable(values.get(key)).map(Path::of);
    }

    boolean authenticates() {
        return tokens.isPresent();
    }
}
