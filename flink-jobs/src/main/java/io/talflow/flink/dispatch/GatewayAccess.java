package io.talflow.flink.dispatch;

import io.talflow.tal.tls.PemFiles;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where a gateway is and how the job shows who it is.
 *
 * @param url base URL
 * @param tokenFile a file on the TaskManagers with a token of role job; empty: none. The path travels with the job, the
 *     token never does
 * @param caFile a file on the TaskManagers with the certificates in PEM that the gateway's must lead to; empty: those that
 *     Java trusts
 * @param certificateFile a file on the TaskManagers with the job's certificate in PEM, and those that lead from it to its
 *     authority's; empty: it shows none
 * @param keyFile a file on the TaskManagers with that certificate's key, in PKCS #8 and PEM, not encrypted
 */
public record GatewayAccess(String url, String tokenFile, String caFile, String certificateFile, String keyFile)
        implements Serializable {
    /** A gateway without authentication. */
    public static GatewayAccess of(String url) {
        return new GatewayAccess(url, "", "", "", "");
    }

    /** How TLS is spoken; empty: as Java does. */
    Optional<SSLContext> tls() throws IOException {
        if (caFile.isEmpty() && certificateFile.isEmpty()) {
            return Optional.empty();
        }
        Optional<Path> ca = caFile.isEmpty() ? Optional.empty() : Optional.of(Path.of(caFile));
        Optional<KeyStore> identity = certificateFile.isEmpty()
                ? Optional.empty()
                : Optional.of(PemFiles.identity(Path.of(certificateFile), Path.of(keyFile)));
        return Optional.of(PemFiles.client(ca, identity));
    }

    /**
     * The token as the file has it now; empty if there is none to be shown.
     *
     * @throws IOException that names the file
     */
    String token() throws IOException {
        if (tokenFile.isEmpty()) {
            return "";
        }
        try {
            return Files.readString(Path.of(tokenFile), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new IOException("the gateway's token cannot be read from %s: %s".formatted(tokenFile, e), e);
        }
    }
}
