package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A function's secret")
class SecretsIT {
    private static final String TOKEN = "sk-5tGq8-never-to-be-seen";
    private static final String KEY = "key \"with\" ümlaut";
    private static final String PYTHON = """
            import os, sys

            def tells(ctx, input):
                token = ctx.secrets["pay-token"]
                print("the token is", token)
                sys.stderr.write(ctx.secrets["other-key"] + "\\n")
                ctx.ready("told", {"token": token, token: [token]})
                return {"token": token, "key": ctx.secrets["other-key"], "length": len(token)}

            def fails(ctx, input):
                raise ValueError("cannot pay with " + ctx.secrets["pay-token"])

            def dies(ctx, input):
                print(ctx.secrets["pay-token"], flush=True)
                os._exit(3)

            def bare(ctx, input):
                return [sorted(ctx.secrets), any("sk-5" in value for value in os.environ.values())]
            """;

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static HttpServer server;
    private static Gateway gateway;
    private static GatewayClient client;
    private static String version;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] told = Json.bytes(Map.of(
                    "authorization",
                    String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                    "ours",
                    String.valueOf(exchange.getRequestHeaders().getFirst("X-Talflow-Secrets")),
                    "length",
                    exchange.getRequestHeaders().getFirst("X-Api-Key").length()));
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals("/no") ? 400 : 200, told.length);
            exchange.getResponseBody().write(told);
            exchange.close();
        });
        server.start();
        Path secrets = Files.createDirectories(data.resolve("secrets"));
        Files.writeString(secrets.resolve("pay-token"), TOKEN + "\n");
        Files.writeString(secrets.resolve("other-key"), KEY);
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("gateway"))
                .withSecurity(Security.LOOPBACK_ONLY.withSecrets(secrets)));
        client = new GatewayClient(gateway.url());
        version = client.apply("pay", Map.of("pay.py", PYTHON, "workflow.yaml", """
                tal: 1
                workflow: pay
                functions:
                  tells: {python: "pay.py:tells", secrets: [pay-token, other-key], emits: {told: value}}
                  fails: {python: "pay.py:fails", secrets: [pay-token]}
                  dies: {python: "pay.py:dies", secrets: [pay-token]}
                  bare: {python: "pay.py:bare"}
                  lacks: {python: "pay.py:bare", secrets: [no-such]}
                  sent: {http: "%1$s", secrets: [pay-token, {secret: pay-token, header: X-Api-Key}]}
                  refused: {http: "%1$sno", secrets: [pay-token, {secret: pay-token, header: X-Api-Key}]}
                  unsendable: {http: "%1$s", secrets: [other-key]}
                rules:
                  - when: started
                    do: [{invoke: tells}, {invoke: fails}, {invoke: dies}, {invoke: bare}, {invoke: lacks}, {invoke: sent}, {invoke: refused}, {invoke: unsendable}]
                """.formatted(
                        "http://127.0.0.1:%d/".formatted(server.getAddress().getPort()))));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        server.stop(0);
        broker.close();
    }

    @Test
    void isGivenToItAndIsInNothingThatIsWrittenDown() throws Exception {
        assertThat(result("tells")).isEqualTo(Map.of("token", "***", "key", "***", "length", (long) TOKEN.length()));
        assertThat(result("sent"))
                .isEqualTo(Map.of("authorization", "Bearer ***", "ours", "null", "length", (long) TOKEN.length()));
        assertThat(failure("fails"))
                .containsEntry("error", "Function.Error")
                .containsEntry("message", "ValueError: cannot pay with ***");
        assertThat(failure("dies")).containsEntry("error", "Function.Crashed").containsEntry("trace", "***");
        assertThat(failure("refused")).containsEntry("error", "Http.400");
        assertThat(String.valueOf(client.get("/v1/tasks/pay/t/logs").json()))
                .contains("the token is ***")
                .doesNotContain(TOKEN);

        List<TalEvent> events = LoggedEvents.all(broker.bootstrap());
        assertThat(events).extracting(TalEvent::type).contains(EventTypes.DATA_READY);
        assertThat(events).noneMatch(event -> holds(event.data()));
        assertThat(filesThatHoldOne(data.resolve("gateway"))).isEmpty();
        assertThat(filesThatHoldOne(broker.data())).isEmpty();
        assertThat(filesThatHoldOne(Path.of("target/test.log"))).isEmpty();
    }

    @Test
    void isNotGivenToAnotherFunctionOfTheSameFile() throws Exception {
        assertThat(result("bare")).isEqualTo(List.of(List.of(), false));
    }

    @Test
    void thatTheNodeHasNotFailsItForGood() throws Exception {
        assertThat(failure("lacks"))
                .containsEntry("error", "Function.Secret")
                .containsEntry("retryable", false)
                .hasEntrySatisfying(
                        "message",
                        message -> assertThat(message)
                                .asString()
                                .startsWith(
                                        "function lacks needs secret no-such, and this node has none of that name"));
        assertThat(failure("unsendable"))
                .containsEntry("error", "Function.Secret")
                .containsEntry(
                        "message",
                        "secret other-key cannot be sent in a header: it must be printable ASCII in one line");
    }

    private static Object result(String function) throws Exception {
        return Json.parse(outcome(function, EventTypes.INVOCATION_COMPLETED).data());
    }

    private static Map<String, Object> failure(String function) throws Exception {
        return Json.parseObject(outcome(function, EventTypes.INVOCATION_FAILED).data());
    }

    private static TalEvent outcome(String function, String type) throws Exception {
        client.fire(GatewayClient.firing("pay", version, function, function + "/0", Map.of()));
        List<TalEvent> outcomes = await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> LoggedEvents.of(broker.bootstrap(), "pay/t@0/" + function + "/0").stream()
                                .filter(event -> event.type().startsWith("io.talflow.invocation."))
                                .toList(),
                        found -> !found.isEmpty());
        assertThat(outcomes)
                .singleElement()
                .satisfies(event -> assertThat(event.type())
                        .as(new String(event.data(), StandardCharsets.UTF_8))
                        .isEqualTo(type));
        return outcomes.get(0);
    }

    private static boolean holds(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.contains(TOKEN) || text.contains("key \"with\"") || text.contains("key \\\"with\\\"");
    }

    private static List<Path> filesThatHoldOne(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> {
                        try {
                            return holds(Files.readAllBytes(file));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }
}
