package io.talflow.flink.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.talflow.tal.tls.Certificates;
import io.talflow.tal.tls.PemFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A call to a gateway that wants a certificate")
class GatewayCertificateTest {
    @TempDir
    private Path folder;

    private Certificates gateway;
    private Certificates job;
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        gateway = make("gateway");
        job = make("job");
        // it trusts the job's alone, as a gateway with --job-ca does
        SSLContext tls = PemFiles.client(
                Optional.of(job.certificate()), Optional.of(PemFiles.identity(gateway.certificate(), gateway.key())));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/v1/firings", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void showsTheJobs() throws Exception {
        assertThat(status(job.certificate().toString(), job.key().toString())).isEqualTo(202);
    }

    @Test
    void failsWithNoneAndWithOneOfAnotherAuthority() throws Exception {
        Certificates stranger = make("stranger");
        assertThatThrownBy(() -> status("", "")).hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() ->
                        status(stranger.certificate().toString(), stranger.key().toString()))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void isNotMadeWithoutTheFiles() {
        String none = folder.resolve("none.pem").toString();
        assertThatThrownBy(() -> status(none, none)).hasMessageContaining("none.pem cannot be read");
        assertThatThrownBy(() ->
                        status(job.certificate().toString(), job.certificate().toString()))
                .hasMessageContaining("has no private key");
    }

    private int status(String certificate, String key) throws Exception {
        String url = "https://127.0.0.1:" + server.getAddress().getPort();
        GatewayAccess access = new GatewayAccess(url, "", gateway.certificate().toString(), certificate, key);
        try (GatewayClient client = new GatewayClient(access, 1)) {
            return client.post(url, new byte[] {'1'}).get(20, TimeUnit.SECONDS).getCode();
        }
    }

    private Certificates make(String name) throws Exception {
        return Certificates.make(Files.createDirectory(folder.resolve(name)));
    }
}
