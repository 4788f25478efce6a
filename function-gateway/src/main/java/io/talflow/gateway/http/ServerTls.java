package io.talflow.gateway.http;

import jakarta.servlet.http.HttpServletRequest;
import java.security.KeyStore;
import java.util.Optional;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * What a server shows who it is by, and by what the job shows it.
 *
 * @param identity key and certificates, in a store without a password
 * @param jobs certificates that the job's must lead to; empty: the job shows none
 */
public record ServerTls(KeyStore identity, Optional<KeyStore> jobs) {
    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    /** Whether the caller has shown a certificate, which then is one that is trusted: of any other there is no connection. */
    static boolean hasCertificate(HttpServletRequest request) {
        return request.getAttribute(CERTIFICATES) != null;
    }

    /** As Jetty has it. Everybody is asked for a certificate where the job needs one, since who calls is not known yet. */
    SslContextFactory.Server factory() {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStore(identity);
        tls.setKeyStorePassword("");
        tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        jobs.ifPresent(trusted -> {
            tls.setTrustStore(trusted);
            tls.setWantClientAuth(true);
        });
        return tls;
    }

    /** Lets handlers see the certificate. */
    void customise(HttpConfiguration settings) {
        if (jobs.isPresent()) {
            settings.addCustomizer(new SecureRequestCustomizer(false));
        }
    }
}
