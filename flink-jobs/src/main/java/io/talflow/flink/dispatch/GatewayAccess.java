package io.talflow.flink.dispatch;

import io.talflow.tal.tls.PemFiles;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
 */
public record GatewayAccess(String url, String tokenFile, String caFile) implements Serializable {
    /** A gateway without authentication. */
    public static GatewayAccess of(String url) {
        return new GatewayAccess(url, "", "");
    }

    /** What is trusted in TLS; empty: what Java trusts. */
    Optional<SSLContext> trust() throws IOException {
        return caFile.isEmpty() ? Optional.empty() : Optional.of(PemFiles.trusting(Path.of(caFile)));
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
