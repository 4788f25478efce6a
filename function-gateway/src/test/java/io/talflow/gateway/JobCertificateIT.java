package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.auth.Role;
import io.talflow.gateway.auth.TokenFile;
import io.talflow.tal.tls.Certificates;
import io.talflow.tal.tls.PemFiles;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A gateway whose job must show a certificate")
class JobCertificateIT {
    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static HeldFunction function;
    private static Certificates server;
    private static Certificates job;
    private static Certificates stranger;
    private static Gateway gateway;
    private static String version;
    private static final Map<Role, String> TOKENS = new EnumMap<>(Role.class);

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        function = new HeldFunction();
        server = Certificates.make(Files.createDirectory(data.resolve("server")));
        job = Certificates.make(Files.createDirectory(data.resolve("job")));
        stranger = Certificates.make(Files.createDirectory(data.resolve("stranger")));
        TokenFile tokens = new TokenFile(data.resolve("tokens.json"));
        for (Role role : Role.values()) {
            TOKENS.put(role, tokens.create("the-" + role, role, 0, 0).text());
        }
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("one"))
                .withSecurity(Security.LOOPBACK_ONLY
                        .withTokens(data.resolve("tokens.json"))
                        .withTls(
                                new Security.Tls(server.certificate(), server.key(), Optional.of(job.certificate())))));
        version = client(Role.ADMIN, Optional.empty())
                .apply("held", Map.of("workflow.yaml", """
                tal: 1
                workflow: held
                functions: {f: {http: "%s", emits: {header: value}}}
                rules: [{when: started, do: {invoke: f}}]
                """.formatted(function.url())));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        function.close();
        broker.close();
    }

    @Test
    void takesFiringsFromWhoShowsOneOfItsAuthorityAndAToken() throws Exception {
        GatewayClient client = client(Role.JOB, Optional.of(job));
        assertThat(client.fire(GatewayClient.firing("held", version, "f", "right/0", Map.of())))
                .containsEntry("accepted", true);
        HeldFunction.Call call = function.call();
        assertThat(new GatewayClient(call.runtime(), "", showing(Optional.empty()))
                        .signal(call.token(), "ready/header", 1L)
                        .status())
                .as("a running function needs none")
                .isEqualTo(200);
        call.answer(1L);
        assertThat(firings(client(Role.VIEWER, Optional.of(job)))).containsEntry("code", "gateway/forbidden");
    }

    @Test
    void takesNoneFromWhoShowsNone() throws Exception {
        for (Role role : List.of(Role.JOB, Role.ADMIN)) {
            GatewayClient.Answer answer =
                    client(role, Optional.empty()).post("/v1/firings", Map.of("firings", List.of()));
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.json()).containsEntry("code", "gateway/certificate-needed");
            assertThat(String.valueOf(answer.json().get("detail"))).contains("--job-ca");
        }
    }

    /** Its authority's name is that of the right one, so that the client does show it. */
    @Test
    void hasNoConnectionWithWhoShowsOneOfAnotherAuthority() throws Exception {
        GatewayClient client = client(Role.JOB, Optional.of(stranger));
        assertThatThrownBy(() -> firings(client)).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> client.get("/healthz")).isInstanceOf(SSLException.class);
    }

    @Test
    void servesUsersByTheirTokensAlone() throws Exception {
        assertThat(client(Role.VIEWER, Optional.empty()).get("/v1/workflows").status())
                .isEqualTo(200);
        assertThat(new GatewayClient(gateway.url(), "", showing(Optional.empty()))
                        .get("/healthz")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void doesNotStartWithoutItsAuthoritysFile() {
        Path none = data.resolve("none.pem");
        GatewayOptions options = GatewayOptions.of(broker.bootstrap(), data.resolve("two"))
                .withSecurity(Security.LOOPBACK_ONLY.withTls(
                        new Security.Tls(server.certificate(), server.key(), Optional.of(none))));
        assertThatThrownBy(() -> Gateway.start(options)).hasStackTraceContaining("none.pem cannot be read");
    }

    private static Map<String, Object> firings(GatewayClient client) throws Exception {
        return client.post("/v1/firings", Map.of("firings", List.of())).json();
    }

    private static GatewayClient client(Role role, Optional<Certificates> shown) throws Exception {
        return new GatewayClient(gateway.url(), TOKENS.get(role), showing(shown));
    }

    private static HttpClient showing(Optional<Certificates> shown) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(PemFiles.client(
                        Optional.of(server.certificate()),
                        shown.isEmpty()
                                ? Optional.empty()
                                : Optional.of(PemFiles.identity(
                                        shown.get().certificate(), shown.get().key()))))
                .build();
    }
}
