package io.talflow.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.cli.Launcher;
import io.talflow.tal.tls.Certificates;
import io.talflow.tal.tls.PemFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What it takes to start and to call a gateway with TLS and authentication, by the command alone.
 *
 * @param folder of its data, its certificate and the tokens
 * @param job the certificate that the job shows
 */
record SecuredGateway(Path folder, int port, Certificates certificates, Certificates job) {
    private static final List<String> ROLES = List.of("admin", "operator", "job");

    /** Makes the certificate, and a token of each role. */
    static SecuredGateway make(Path folder, int port) throws Exception {
        SecuredGateway gateway = new SecuredGateway(
                folder,
                port,
                Certificates.make(folder),
                Certificates.make(Files.createDirectory(folder.resolve("job"))));
        for (String role : ROLES) {
            Launcher.Result made = Launcher.run(
                    folder, "token", "create", "--role", role, "--tokens", gateway.data() + "/tokens.json");
            assertThat(made.exitCode()).as(made.err()).isZero();
            Files.writeString(gateway.token(role), made.out());
        }
        return gateway;
    }

    String url() {
        return "https://127.0.0.1:" + port;
    }

    /** Of GatewayMain. */
    List<String> arguments(String kafka) {
        return List.of(
                "--kafka",
                kafka,
                "--data",
                data(),
                "--port",
                String.valueOf(port),
                "--tls-certificate",
                certificates.certificate().toString(),
                "--tls-key",
                certificates.key().toString(),
                "--job-ca",
                job.certificate().toString());
    }

    List<String> jobArguments() {
        return List.of(
                "--gateway",
                url(),
                "--gateway-ca",
                certificates.certificate().toString(),
                "--gateway-certificate",
                job.certificate().toString(),
                "--gateway-key",
                job.key().toString(),
                "--gateway-token-file",
                token("job").toString());
    }

    /** Runs a command as somebody of a role. */
    Launcher.Result command(String role, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--url", url(), "--ca", certificates.certificate().toString()));
        if (!role.isEmpty()) {
            all.addAll(List.of("--token-file", token(role).toString()));
        }
        return Launcher.run(folder, all.toArray(String[]::new));
    }

    boolean serves() throws InterruptedException {
        try {
            HttpClient trusting = HttpClient.newBuilder()
                    .sslContext(PemFiles.trusting(certificates.certificate()))
                    .build();
            HttpRequest health =
                    HttpRequest.newBuilder(URI.create(url() + "/healthz")).build();
            return trusting.send(health, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    void refusesWhoDoesNotTrustIt() throws Exception {
        Launcher.Result untrusting = Launcher.run(folder, "list", "--url", url());
        assertThat(untrusting.exitCode()).isEqualTo(3);
        assertThat(untrusting.err()).contains("cannot be trusted", "--ca FILE");
        Launcher.Result plain = Launcher.run(folder, "list", "--url", "http://127.0.0.1:" + port);
        assertThat(plain.exitCode()).isEqualTo(3);
    }

    void refusesWhoHasNoToken() throws Exception {
        Launcher.Result without = command("", "list");
        assertThat(without.exitCode()).isEqualTo(2);
        assertThat(without.err()).contains("needs a token of role viewer", "--token-file FILE");
    }

    private String data() {
        return folder.resolve("gateway").toString();
    }

    private Path token(String role) {
        return folder.resolve(role + ".token");
    }
}
