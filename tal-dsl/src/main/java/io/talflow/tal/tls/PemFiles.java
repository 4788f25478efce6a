package io.talflow.tal.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Keys and certificates as they come in PEM files, for TLS between commands, job and gateways. */
public final class PemFiles {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
    private static final char[] NO_PASSWORD = {};

    private PemFiles() {}

    /**
     * Trust in the certificates of a file and in no others.
     *
     * @throws IOException that names the file
     */
    public static SSLContext trusting(Path ca) throws IOException {
        return client(Optional.of(ca), Optional.empty());
    }

    /**
     * How a client speaks TLS.
     *
     * @param ca file of the certificates that a server's must lead to; empty: those that Java trusts
     * @param identity what it shows a server that asks who it is, as of {@link #identity}; empty: nothing
     * @throws IOException that names the file
     */
    public static SSLContext client(Optional<Path> ca, Optional<KeyStore> identity) throws IOException {
        TrustManager[] trust = null;
        if (ca.isPresent()) {
            trust = trustManagers(ca.get());
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity.isPresent() ? keyManagers(identity.get()) : null, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS can be spoken: %s".formatted(e.getMessage()), e);
        }
    }

    /**
     * The certificates of a file, as what is trusted.
     *
     * @throws IOException that names the file
     */
    public static KeyStore trusted(Path ca) throws IOException {
        try {
            KeyStore trusted = empty();
            int count = 0;
            for (Certificate certificate : certificates(ca)) {
                trusted.setCertificateEntry("ca-" + count++, certificate);
            }
            return trusted;
        } catch (GeneralSecurityException e) {
            throw new IOException("no trust can be made of %s: %s".formatted(ca, e.getMessage()), e);
        }
    }

    private static TrustManager[] trustManagers(Path ca) throws IOException {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted(ca));
            return trust.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException("no trust can be made of %s: %s".formatted(ca, e.getMessage()), e);
        }
    }

    private static KeyManager[] keyManagers(KeyStore identity) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(identity, NO_PASSWORD);
        return keys.getKeyManagers();
    }

    /**
     * What a server, or a client, shows who it is by, in a key store without a password.
     *
     * @param chain its certificate, and those that lead from it to the authority's
     * @param key its private key in PKCS #8, not encrypted
     * @throws IOException that names the file and what it must be
     */
    public static KeyStore identity(Path chain, Path key) throws IOException {
        try {
            KeyStore identity = empty();
            identity.setKeyEntry(
                    "server", privateKey(key), NO_PASSWORD, certificates(chain).toArray(Certificate[]::new));
            return identity;
        } catch (GeneralSecurityException e) {
            throw new IOException("%s and %s are no identity: %s".formatted(chain, key, e.getMessage()), e);
        }
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file) throws IOException {
        Collection<? extends Certificate> certificates;
        try {
            certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(read(file)));
        } catch (GeneralSecurityException e) {
            throw new IOException("%s has no certificates in PEM: %s".formatted(file, e.getMessage()), e);
        }
        if (certificates.isEmpty()) {
            throw new IOException("%s has no certificate in PEM".formatted(file));
        }
        return certificates;
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        Matcher pem = KEY.matcher(new String(read(file), StandardCharsets.US_ASCII));
        if (pem.find()) {
            PKCS8EncodedKeySpec key =
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
            for (String algorithm : ALGORITHMS) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(key);
                } catch (InvalidKeySpecException e) {
                    continue;
                }
            }
        }
        throw new IOException(
                "%s has no private key of %s in PKCS #8 and without a password; openssl pkcs8 -topk8 -nocrypt makes one"
                        .formatted(file, ALGORITHMS));
    }

    private static byte[] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IOException("%s cannot be read: %s".formatted(file, e), e);
        }
    }
}
