package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.gateway.GatewayClient.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Input that is meant to harm")
class AbuseIT {
    private static final String WORKFLOW = """
            tal: 1
            workflow: plain
            functions: {f: {replay: {runtime: 0s}}}
            rules: [{when: started, do: {invoke: f}}]
            """;

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static Gateway gateway;
    private static GatewayClient client;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("one")));
        client = new GatewayClient(gateway.url());
        client.apply("plain", Map.of("workflow.yaml", WORKFLOW));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        broker.close();
    }

    @AfterEach
    void theGatewayServesOn() throws Exception {
        assertThat(client.get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void headersAreBoundInSizeWhateverTheirNumber() throws Exception {
        String big = "GET /v1/tasks HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n\r\n".formatted("x".repeat(17_000));
        String many = IntStream.range(0, 2_000)
                .mapToObj(i -> "X-%d: 1\r\n".formatted(i))
                .collect(Collectors.joining("", "GET /v1/tasks HTTP/1.1\r\nHost: localhost\r\n", "\r\n"));
        String line = "GET /v1/tasks?workflow=%s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted("x".repeat(17_000));
        assertThat(List.of(RawHttp.statusOf(gateway.url(), big), RawHttp.statusOf(gateway.url(), many)))
                .containsOnly(431);
        assertThat(RawHttp.statusOf(gateway.url(), line)).isIn(414, 431);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}   ",
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "GET /v1/tasks HTTP/1.1\r\n\r\n",
                "GET /v1/tasks HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /v1/tasks\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\r\n\r\n\u0016\u0003\u0001 nonsense\r\n\r\n",
            })
    void requestsThatTwoReadersCouldReadInTwoWaysAreRefused(String request) throws Exception {
        assertThat(RawHttp.statusOf(gateway.url(), request)).isEqualTo(400);
    }

    @Test
    void bodiesAreBoundBeforeTheyAreParsed() throws Exception {
        byte[] large =
                "{\"input\": \"%s\"}".formatted("x".repeat(17 * 1024 * 1024)).getBytes(StandardCharsets.UTF_8);
        assertThat(client.post("/v1/workflows/plain:start", "application/json", large)
                        .status())
                .isEqualTo(413);
        String chunked =
                "POST /v1/tasks/plain/x:cancel HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "10000\r\n%s\r\n".formatted("x".repeat(0x10000)).repeat(4) + "0\r\n\r\n";
        assertThat(RawHttp.statusOf(gateway.url(), chunked)).isEqualTo(413);
    }

    @Test
    void jsonIsBoundInDepthAndNumbersAndHasEachKeyOnce() throws Exception {
        String deep = "{\"input\": %s%s}".formatted("[".repeat(100_000), "]".repeat(100_000));
        String number = "{\"input\": %s}".formatted("9".repeat(100_000));
        for (String json :
                List.of(deep, number, "{\"input\": 1, \"input\": 2}", "{\"input\": 1} {}", "{\"input\": NaN}")) {
            Answer answer =
                    client.post("/v1/workflows/plain:start", "application/json", json.getBytes(StandardCharsets.UTF_8));
            assertThat(answer.status()).as(json.substring(0, 12)).isEqualTo(400);
            assertThat(answer.json()).containsEntry("code", "gateway/bad-request");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/bundles/..%2f..%2f..%2fetc%2fpasswd",
                "/v1/bundles/%2e%2e",
                "/v1/bundles/../../etc/passwd",
                "/v1/tasks/..%2f..%2f/etc/logs",
                "/v1/tasks/plain/..%2f..%2fjournal.db/logs",
                "/v1/tasks/%2e%2e/%2e%2e/logs",
                "/v1/tasks/plain/;/../x/logs",
                "/v1/workflows/..%5c..%5cx",
                "/v1/workflows/%00",
                "//v1/tasks/../bundles/x",
            })
    void pathsLeadNowhereElse(String path) throws Exception {
        int status = RawHttp.statusOf(gateway.url(), "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path));
        assertThat(status).isIn(400, 404);
    }

    @Test
    void logsOfATaskWhoseKeyIsDotsAreItsOwn() throws Exception {
        for (String key : List.of(".", "..", "...", "%2e%2e")) {
            assertThat(client.get("/v1/tasks/plain/%s/logs".formatted(key)).json())
                    .as(key)
                    .containsEntry("logs", List.of());
        }
    }

    @Test
    void aBundleThatIsABombOrLeadsOutIsRefused() throws Exception {
        byte[] out = GatewayClient.zip(Map.of("../../evil.py", "x", "workflow.yaml", WORKFLOW));
        byte[] bomb = GatewayClient.zip(Map.of("zeros", "0".repeat(40 * 1024 * 1024), "workflow.yaml", WORKFLOW));
        for (byte[] bundle : List.of(out, bomb, new byte[] {'P', 'K', 3, 4}, new byte[0])) {
            Answer answer = client.put("/v1/workflows/plain", bundle);
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.json()).containsEntry("code", "gateway/bad-bundle");
        }
    }

    @Test
    void aWorkflowThatIsABombIsRefused() throws Exception {
        StringBuilder aliases = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            aliases.append("a%1$d: &a%1$d [*a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d]\n"
                    .formatted(i, i - 1));
        }
        String nested = "tal: 1\nworkflow: plain\ninput: " + "[".repeat(10_000) + "]".repeat(10_000);
        for (String text :
                List.of(aliases.toString(), nested, "!!javax.script.ScriptEngineManager []", "x".repeat(4_000_000))) {
            Answer answer = client.put(
                    "/v1/workflows/plain", GatewayClient.zip(Map.of("workflow.yaml", text, "noise", noise())));
            assertThat(answer.status()).as(text.substring(0, 30)).isIn(413, 422);
        }
    }

    /** Keeps the zip from being refused for how well it packs. */
    private static String noise() {
        long seed = 23;
        return new java.util.Random(seed)
                .ints(200_000, ' ', '~')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
