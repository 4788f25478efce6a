package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.auth.Role;
import io.talflow.gateway.auth.TokenFile;
import io.talflow.gateway.exec.Destinations;
import io.talflow.tal.tls.Certificates;
import io.talflow.tal.tls.PemFiles;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Values between nodes that ask for tokens, over TLS")
class SecuredDataIT {
    private static final int MB = 1 << 20;
    private static final Map<Role, String> TOKENS = new EnumMap<>(Role.class);

    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;
    private static HeldFunction function;
    private static Certificates certificates;
    private static Gateway one;
    private static Gateway two;
    private static String version;
    private static int firings;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        function = new HeldFunction();
        certificates = Certificates.make(folder);
        for (Role role : Role.values()) {
            TOKENS.put(
                    role,
                    new TokenFile(folder.resolve("tokens.json"))
                            .create(role.word(), role, 0, 0)
                            .text());
        }
        one = gateway("node-1", TOKENS.get(Role.NODE));
        two = gateway("node-2", TOKENS.get(Role.NODE));
        version = client(one, Role.ADMIN).apply("val", Map.of("workflow.yaml", """
                tal: 1
                workflow: val
                functions: {held: {http: "%s"}}
                rules: [{when: started, do: {invoke: held}}]
                """.formatted(function.url())));
    }

    @AfterAll
    static void stop() {
        two.close();
        one.close();
        function.close();
        broker.close();
    }

    /** @param token what it shows the other */
    private static Gateway gateway(String node, String token) throws Exception {
        Path shown = Files.writeString(folder.resolve(node + ".token"), token);
        return Gateway.start(GatewayOptions.of(broker.bootstrap(), folder.resolve(node))
                .withNodeId(node)
                .withValues(new ValueOptions(MB, 64L * MB, "", Duration.ofMinutes(1), Duration.ofSeconds(1), Map.of()))
                .withSecurity(Security.of(folder.resolve("tokens.json"))
                        .withTls(new Security.Tls(certificates.certificate(), certificates.key()))
                        .withPeers(new PeerAccess(Optional.of(shown), Optional.of(certificates.certificate())))
                        .withDestinations(Destinations.WITH_LOOPBACK)));
    }

    @Test
    void areStreamedAndAskedAboutWithTheNodesToken() throws Exception {
        HeldFunction.Call put = held(one);
        HeldFunction.Call get = held(two);
        byte[] content = new byte[3 * MB];
        new Random(3).nextBytes(content);
        Object href = functions(put).putValue(put.token(), "film", content).get("href");

        GatewayClient.Answer read = functions(get).value(get.token(), href);

        assertThat(read.status()).isEqualTo(200);
        assertThat(read.body()).isEqualTo(content);
        Map<String, Object> ways =
                client(two, Role.VIEWER).get("/v1/tasks/val/t/data").json();
        assertThat(ways).containsEntry("unreachable", List.of());
        assertThat((List<?>) ways.get("values")).as("node-1 has told of it").hasSize(1);
        assertThat(ways.get("reads").toString()).contains("way=direct", "from=node-1");
        put.answer(1L);
        get.answer(1L);
    }

    @Test
    void areNotForNodesWithoutOneNorForFunctionsAsIfTheyWereNodes() throws Exception {
        HeldFunction.Call put = held(one);
        Object href =
                functions(put).putValue(put.token(), "secret", new byte[MB]).get("href");
        String id = href.toString().replaceFirst(".*/node-1/([0-9a-f]{32}).*", "$1");
        try (Gateway other = gateway("node-3", TOKENS.get(Role.VIEWER))) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            client(other, Role.VIEWER).get("/v1/workflows/val").status() == 200);
            HeldFunction.Call get = held(other);
            GatewayClient.Answer refused = functions(get).value(get.token(), href);
            assertThat(refused.json()).containsEntry("code", "gateway/data-lost");
            assertThat(refused.json().get("detail").toString()).contains("node node-1 at https://", "answers 403");
            get.answer(1L);
        }
        String path = "/v1/data/" + id + "?task=val/t";
        assertThat(new GatewayClient(one.url(), put.token(), trusting())
                        .get(path)
                        .status())
                .as("a function's token, where nodes ask")
                .isEqualTo(401);
        assertThat(client(one, Role.NODE).get(path).status()).isEqualTo(200);
        put.answer(1L);
    }

    private static synchronized HeldFunction.Call held(Gateway node) throws Exception {
        Map<String, Object> firing = GatewayClient.firing("val", version, "held", "held/" + firings++, Map.of());
        assertThat(client(node, Role.JOB).fire(firing)).containsEntry("accepted", true);
        return function.call();
    }

    private static GatewayClient client(Gateway node, Role role) throws Exception {
        return new GatewayClient(node.url(), TOKENS.get(role), trusting());
    }

    /** As a running function calls. */
    private static GatewayClient functions(HeldFunction.Call call) throws Exception {
        return new GatewayClient(call.runtime(), "", trusting());
    }

    private static HttpClient trusting() throws Exception {
        return HttpClient.newBuilder()
                .sslContext(PemFiles.trusting(certificates.certificate()))
                .build();
    }
}
