package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.GatewayClient.Answer;
import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.auth.Role;
import io.talflow.gateway.auth.Token;
import io.talflow.gateway.auth.TokenFile;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A gateway with authentication")
class AccessIT {
    private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static HeldFunction function;
    private static TokenFile file;
    private static Gateway gateway;
    private static String version;
    private static final Map<Role, Token.Made> TOKENS = new EnumMap<>(Role.class);

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        function = new HeldFunction();
        file = new TokenFile(data.resolve("tokens.json"));
        for (Role role : Role.values()) {
            TOKENS.put(role, file.create("the-" + role.name().toLowerCase(Locale.ROOT), role, 0, 0));
        }
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("one"))
                .withSecurity(Security.LOOPBACK_ONLY.withTokens(data.resolve("tokens.json"))));
        version = as(Role.ADMIN).apply("held", Map.of("workflow.yaml", """
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
    void refusesEveryRouteToWhoeverDoesNotCoverIt() throws Exception {
        String expired = file.create("late", Role.ADMIN, 0, 1).text();
        Token.Made revoked = file.create("revoked", Role.ADMIN, 0, 0);
        awaitKnown(revoked.text());
        file.revoke(revoked.token().id());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> with(revoked.text()).get("/v1/workflows").status() == 401);
        List<String> unknown = List.of("", "nonsense", "tlf_00000000_", expired, revoked.text());
        List<Route> routes =
                Route.documented(new String(with("").get("/openapi.yaml").body(), StandardCharsets.UTF_8));
        assertThat(routes).hasSizeGreaterThan(20);
        for (Route route : routes) {
            if (route.needs().isEmpty()) {
                continue;
            }
            for (String token : unknown) {
                Answer answer = call(route, token);
                assertThat(answer.status()).as("%s with '%s'", route, token).isEqualTo(401);
            }
            for (Role role : Role.values()) {
                boolean attempts = route.needs().equals("attempt");
                if (!attempts && role.covers(Role.valueOf(route.needs().toUpperCase(Locale.ROOT)))) {
                    continue;
                }
                Answer answer = call(route, TOKENS.get(role).text());
                assertThat(answer.status()).as("%s as %s", route, role).isEqualTo(attempts ? 401 : 403);
            }
        }
    }

    @Test
    void doesNothingForWhomItRefuses() throws Exception {
        int before = LoggedEvents.all(broker.bootstrap()).size();
        byte[] bundle = GatewayClient.zip(Map.of("workflow.yaml", "tal: 1\nworkflow: evil\n"));
        assertThat(as(Role.OPERATOR).put("/v1/workflows/evil", bundle).status()).isEqualTo(403);
        assertThat(as(Role.VIEWER).post("/v1/workflows/held:start", Map.of()).status())
                .isEqualTo(403);
        assertThat(as(Role.VIEWER).post("/v1/tasks/held/x:cancel", Map.of()).status())
                .isEqualTo(403);
        Map<String, Object> firing = GatewayClient.firing("held", version, "f", "r/0", Map.of());
        assertThat(as(Role.ADMIN)
                        .post("/v1/firings", Map.of("firings", List.of(firing)))
                        .status())
                .isEqualTo(403);
        assertThat(as(Role.VIEWER).get("/v1/workflows").json().get("workflows"))
                .asString()
                .contains("held")
                .doesNotContain("evil");
        assertThat(LoggedEvents.all(broker.bootstrap())).hasSize(before);
    }

    @Test
    void servesEachRoleWhatItCovers() throws Exception {
        assertThat(with("").get("/healthz").status()).isEqualTo(200);
        assertThat(as(Role.VIEWER).get("/v1/workflows").status()).isEqualTo(200);
        assertThat(as(Role.OPERATOR).get("/v1/tasks").status()).isEqualTo(200);
        assertThat(as(Role.OPERATOR).post("/v1/tasks/held/t:cancel", Map.of()).status())
                .isEqualTo(202);
        assertThat(as(Role.ADMIN).post("/v1/workflows/held:start", Map.of()).status())
                .isEqualTo(202);
        assertThat(as(Role.JOB).post("/v1/firings", Map.of()).status()).isEqualTo(202);
    }

    @Test
    void takesAFunctionsTokenForItsOwnFiringAndUntilItsEndOnly() throws Exception {
        HeldFunction.Call one = fire("own/1");
        HeldFunction.Call two = fire("own/2");
        GatewayClient anybody = with("");
        Answer said = anybody.signal(one.token(), "ready/header", 1);
        assertThat(said.status()).isEqualTo(200);
        assertThat(said.json()).containsEntry("id", "held/t@0/own/1/ready/header");
        for (String route : List.of("/v1/workflows", "/v1/tasks/held/t", "/v1/tasks/held/t/logs")) {
            assertThat(with(one.token()).get(route).status()).as(route).isEqualTo(401);
        }
        assertThat(with(one.token()).post("/v1/tasks/held/t:cancel", Map.of()).status())
                .isEqualTo(401);
        one.answer(Map.of());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> anybody.signal(one.token(), "ready/header", 1).status() == 410);
        assertThat(anybody.signal(two.token(), "ready/header", 2).json())
                .containsEntry("id", "held/t@0/own/2/ready/header");
        two.answer(Map.of());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> anybody.signal(two.token(), "ready/header", 1).status() == 410);
        for (Path written : List.of(data.resolve("one"), broker.data(), Path.of("target/test.log"))) {
            assertThat(filesWith(written, one.token(), two.token())).isEmpty();
        }
    }

    private static List<Path> filesWith(Path folder, String... texts) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (Stream.of(texts).anyMatch(content::contains)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    @Test
    void writesALineForEachCallThatChangesSomethingOrIsRefused() throws Exception {
        try (AuditLines audit = new AuditLines()) {
            as(Role.OPERATOR).post("/v1/tasks/held/audited:cancel", Map.of("reason", "private words"));
            as(Role.OPERATOR).post("/v1/workflows/held:start", Map.of("key", "k-7"));
            as(Role.VIEWER).post("/v1/tasks/held/audited:cancel", Map.of());
            with("").post("/v1/tasks/held/a%0Awho=the-admin:cancel", Map.of());
            as(Role.VIEWER).get("/v1/workflows");
            String operator = "who=the-operator/%s role=operator from=127.0.0.1 "
                    .formatted(TOKENS.get(Role.OPERATOR).token().id());
            String viewer = "who=the-viewer/%s role=viewer from=127.0.0.1 "
                    .formatted(TOKENS.get(Role.VIEWER).token().id());
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(audit.all())
                            .hasSize(4)
                            .contains(
                                    operator
                                            + "call=\"POST /v1/tasks/held/audited:cancel\" task=held/audited status=202",
                                    operator + "call=\"POST /v1/workflows/held:start\" task=held/k-7 status=202",
                                    viewer + "call=\"POST /v1/tasks/held/audited:cancel\" task=held/audited status=403")
                            .anyMatch(line -> line.startsWith("who=anonymous role=-") && line.endsWith("status=401"))
                            .allMatch(line -> line.lines().count() == 1)
                            .noneMatch(line -> line.contains("private words")));
        }
    }

    @Test
    void givesItsBundlesToANodeThatShowsItsToken() throws Exception {
        String sum = as(Role.ADMIN)
                .apply("sum", Map.of("sum.py", "def handler(ctx, input): return 5", "workflow.yaml", """
                tal: 1
                workflow: sum
                functions: {sum: {python: sum.py}}
                rules: [{when: started, do: {invoke: sum}}]
                """));
        Path token = Files.writeString(
                data.resolve("node.token"), TOKENS.get(Role.NODE).text());
        GatewayOptions options = GatewayOptions.of(broker.bootstrap(), data.resolve("two"))
                .withNodeId("node-2")
                .withControl(gateway.url())
                .withSecurity(Security.LOOPBACK_ONLY.withPeers(new PeerAccess(Optional.of(token), Optional.empty())));
        Map<String, Object> firing = GatewayClient.firing("sum", sum, "sum", "r/0", Map.of());
        try (Gateway second = Gateway.start(options)) {
            new GatewayClient(second.url()).fire(firing);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(LoggedEvents.of(broker.bootstrap(), "sum/t@0/r/0"))
                            .singleElement()
                            .satisfies(event -> assertThat(event.type()).isEqualTo(EventTypes.INVOCATION_COMPLETED)));
        }
    }

    @Test
    void refusesToServeOtherMachinesWithoutAuthenticationUnlessToldTo() throws IOException {
        GatewayOptions open = GatewayOptions.of(broker.bootstrap(), data.resolve("open"))
                .withNodeId("open")
                .withHost("0.0.0.0");
        assertThatThrownBy(() -> Gateway.start(open))
                .hasMessageContaining("--tokens FILE")
                .hasMessageContaining("--insecure");
        try (Gateway insecure = Gateway.start(open.withSecurity(Security.INSECURE))) {
            assertThat(insecure.url()).startsWith("http://");
        }
    }

    @Test
    void withoutAuthenticationTakesNothingFromWebPages() throws Exception {
        try (Gateway local = Gateway.start(
                GatewayOptions.of(broker.bootstrap(), data.resolve("local")).withNodeId("local"))) {
            GatewayClient client = new GatewayClient(local.url());
            assertThat(client.get("/v1/workflows").status()).isEqualTo(200);
            for (String origin : List.of("https://evil.example", "null", "")) {
                Answer answer = client.call("POST", "/v1/workflows/held:start", NOTHING, "Origin", origin);
                assertThat(answer.status()).as(origin).isEqualTo(403);
                assertThat(answer.json()).containsEntry("code", "gateway/foreign-origin");
            }
            assertThat(RawHttp.statusOf(local.url(), "GET /v1/workflows HTTP/1.1\r\nHost: evil.example:8480\r\n\r\n"))
                    .as("a name that was made to lead here")
                    .isEqualTo(403);
            assertThat(RawHttp.statusOf(local.url(), "GET /v1/workflows HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .isEqualTo(200);
            assertThat(client.call("GET", "/v1/workflows", NOTHING, "Origin", local.url())
                            .status())
                    .isEqualTo(200);
        }
    }

    private static HeldFunction.Call fire(String id) throws Exception {
        Map<String, Object> firing = GatewayClient.firing("held", version, "f", id, Map.of());
        assertThat(as(Role.JOB).fire(firing)).containsEntry("accepted", true);
        return function.call();
    }

    private static void awaitKnown(String token) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> with(token).get("/v1/workflows").status() == 200);
    }

    private static Answer call(Route route, String token) throws Exception {
        String path = route.path()
                .replace("{version}", "0123456789abcdef")
                .replace("{offset}", "0")
                .replaceAll("\\{\\w+}", "some");
        byte[] body = route.method().equals("GET") ? new byte[0] : Json.bytes(Map.of());
        return with(token).call(route.method(), path, body);
    }

    private static GatewayClient as(Role role) {
        return with(TOKENS.get(role).text());
    }

    private static GatewayClient with(String token) {
        return new GatewayClient(gateway.url(), token);
    }
}
