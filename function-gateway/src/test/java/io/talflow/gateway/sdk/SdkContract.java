package io.talflow.gateway.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The function contract on the wire: the same scenarios for the server of each SDK, a process of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SdkContract {
    private static final long DEADLINE = 4_102_444_800_000L;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private FakeRuntime runtime;
    private SdkServer server;

    /** Starts the SDK's server with its contract handler, or with another handler of that name. */
    abstract SdkServer start(String handler) throws IOException;

    /** The contract handler's name. */
    abstract String handler();

    @BeforeAll
    void start() throws IOException {
        runtime = new FakeRuntime();
        server = start(handler());
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
            runtime.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "0",
                "-1.5",
                "9007199254740991",
                "\"\"",
                "\"ä€😀\\n\\\"\\\\\\u0001\"",
                "[]",
                "{}",
                "[1,[2,{\"a\":[null]}]]",
                "{\"b\":{\"ü\":1},\"a\":[{}]}"
            })
    void answersWithTheResult(String json) throws Exception {
        HttpResponse<String> answer = call("{\"do\":\"echo\",\"value\":" + json + "}");
        assertThat(answer.body()).isNotEmpty();
        assertThat(Json.parse(answer.body())).isEqualTo(Json.parse(json));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    }

    @Test
    void answersNullWhenTheHandlerReturnsNothing() throws Exception {
        assertThat(call(Map.of("do", "nothing")).body()).isEqualTo("null");
    }

    @Test
    void takesLargeInputs() throws Exception {
        String large = "x".repeat(3 << 20);
        assertThat(Json.parse(call(Map.of("do", "echo", "value", large)).body()))
                .isEqualTo(large);
    }

    @Test
    void tellsTheFactsOfTheCallAndLogs() throws Exception {
        assertThat(Json.parse(call(Map.of("do", "facts")).body()))
                .isEqualTo(Map.of(
                        "task",
                        "w/t",
                        "firing",
                        "w/t@0/r/0",
                        "attempt",
                        3L,
                        "deadline",
                        DEADLINE,
                        "inTime",
                        true,
                        "secret",
                        "s3 é",
                        "cancelled",
                        false));
        await().until(() -> server.printed().contains("facts of w/t@0/r/0"));
    }

    @Test
    void tellsWhatAHandlerThrows() throws Exception {
        HttpResponse<String> answer = call(Map.of("do", "throws"));
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.headers().firstValue("x-talflow-error")).contains("Function.Error");
        Map<String, Object> body = Json.parseObject(answer.body().getBytes(StandardCharsets.UTF_8));
        assertThat(body.get("message").toString()).contains("no such luck");
        assertThat(body.get("trace").toString()).containsIgnoringCase(handlerFile());
    }

    /** What stands in a trace of the contract handler. */
    abstract String handlerFile();

    @Test
    void tellsAFailureThatHasAName() throws Exception {
        HttpResponse<String> permanent = call(Map.of("do", "fail", "retryable", false));
        assertThat(permanent.statusCode()).isEqualTo(422);
        assertThat(permanent.headers().firstValue("x-talflow-error")).contains("Card.Declined");
        assertThat(Json.parse(permanent.body())).isEqualTo(Map.of("error", "Card.Declined", "message", "no funds"));
        HttpResponse<String> retryable = call(Map.of("do", "fail", "retryable", true));
        assertThat(retryable.statusCode()).isEqualTo(500);
        assertThat(retryable.headers().firstValue("x-talflow-error")).contains("Card.Declined");
        HttpResponse<String> later = call(Map.of("do", "fail", "retryable", true, "retryAfter", 1.5));
        assertThat(later.statusCode()).isEqualTo(503);
        assertThat(later.headers().firstValue("retry-after"))
                .as("whole seconds, not sooner")
                .contains("2");
    }

    @Test
    void refusesResultsThatAreNoJsonOrTooLarge() throws Exception {
        HttpResponse<String> bad = call(Map.of("do", "bad"));
        assertThat(bad.statusCode()).isEqualTo(500);
        assertThat(bad.headers().firstValue("x-talflow-error")).contains("Function.BadResult");
        HttpResponse<String> huge = call(Map.of("do", "huge"));
        assertThat(huge.statusCode()).isEqualTo(500);
        assertThat(huge.headers().firstValue("x-talflow-error")).contains("Function.ResultTooLarge");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{}{}", "nul", "[1,]", "\"", "<html>"})
    void refusesAnInputThatIsNotJson(String body) throws Exception {
        assertThat(call(body).statusCode()).isEqualTo(400);
    }

    @Test
    void refusesWhatIsNoCall() throws Exception {
        URI uri = URI.create("http://127.0.0.1:%d/any/path".formatted(server.port()));
        assertThat(http.send(HttpRequest.newBuilder(uri).GET().build(), BodyHandlers.ofString())
                        .statusCode())
                .as("a probe")
                .isEqualTo(200);
        assertThat(http.send(HttpRequest.newBuilder(uri).DELETE().build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(405);
        assertThat(raw("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 16777217\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(raw("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: many\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(raw("POST / HTTP/1.1\r\nHost: f\r\nX-Long: " + "x".repeat(70_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void signalsWithTheTokenOfTheCall() throws Exception {
        HttpResponse<String> answer = call(Map.of("do", "signal"));
        assertThat(answer.body()).isEqualTo("[2,1]");
        assertThat(signals(6))
                .extracting(FakeRuntime.Told::uri)
                .containsExactly(
                        "/v1/runtime/ready/header",
                        "/v1/runtime/items/chunks?key=0",
                        "/v1/runtime/items/chunks?key=1",
                        "/v1/runtime/items/keyed?key=k%2F1%20%C3%A9",
                        "/v1/runtime/streams/chunks:close",
                        "/v1/runtime/streams/keyed:close");
    }

    private List<FakeRuntime.Told> signals(int count) throws InterruptedException {
        List<FakeRuntime.Told> told = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            told.add(runtime.next());
        }
        assertThat(told).extracting(FakeRuntime.Told::authorization).containsOnly("Bearer secret");
        assertThat(Json.parse(told.get(0).body())).isEqualTo(Map.of("codec", "h264"));
        assertThat(Json.parse(told.get(count - 1).body())).isEqualTo(Map.of("count", 1L));
        return told;
    }

    @Test
    void saysHowFarItIsThatItIsAtWorkAndWhatRulesToAdd() throws Exception {
        assertThat(call(Map.of("do", "reports")).statusCode()).isEqualTo(200);
        FakeRuntime.Told known = runtime.next();
        FakeRuntime.Told unknown = runtime.next();
        assertThat(List.of(known.uri(), unknown.uri())).containsOnly("/v1/runtime/progress");
        assertThat(Json.parse(known.body())).isEqualTo(Map.of("fraction", 0.25, "message", "a quarter"));
        assertThat(Json.parse(unknown.body())).isEqualTo(Map.of("message", "more"));
        assertThat(runtime.next().uri()).isEqualTo("/v1/runtime/heartbeat");
        FakeRuntime.Told rule = runtime.next();
        assertThat(rule.uri()).isEqualTo("/v1/runtime/rules");
        assertThat(Json.parse(rule.body()))
                .isEqualTo(Map.of("id", "late", "when", Map.of("completed", "f"), "do", Map.of("complete", 1L)));
    }

    @Test
    void tellsTheHandlerThatASignalIsRefusedAndRepeatsOneThatWasLost() throws Exception {
        assertThat(Json.parse(call(Map.of("do", "refused")).body()))
                .isEqualTo(Map.of("code", "gateway/undeclared-datum", "detail", "no wrong"));
        assertThat(call(Map.of("do", "again")).body()).isEqualTo("null");
        assertThat(List.of(
                        runtime.next().uri(),
                        runtime.next().uri(),
                        runtime.next().uri()))
                .containsExactly("/v1/runtime/ready/wrong", "/v1/runtime/ready/again", "/v1/runtime/ready/again");
    }

    @Test
    void servesSeveralCallsAtOnce() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sockets.add(send(server, Map.of("do", "wait")));
            assertThat(runtime.next().uri()).isEqualTo("/v1/runtime/ready/waiting");
        }
        assertThat(call(Map.of("do", "echo", "value", 1L)).body()).isEqualTo("1");
        for (Socket socket : sockets) {
            socket.close();
            assertThat(runtime.next().uri())
                    .as("the call is cancelled when its connection ends")
                    .isEqualTo("/v1/runtime/ready/cancelled");
        }
    }

    @Test
    void servesOneCallAfterAnotherOnAConnection() throws Exception {
        try (Socket socket = send(server, Map.of("do", "echo", "value", 1L))) {
            assertThat(answer(socket)).endsWith("\r\n\r\n1");
            socket.getOutputStream().write(request(Map.of("do", "echo", "value", 2L)));
            assertThat(answer(socket)).endsWith("\r\n\r\n2");
        }
    }

    @Test
    void endsAtOnceOnSigtermWhenNothingRuns() throws Exception {
        try (SdkServer other = start(handler());
                Socket idle = send(other, Map.of("do", "echo", "value", 1L))) {
            assertThat(answer(idle)).endsWith("1");
            other.terminate();
            assertThat(other.exitCode()).isZero();
        }
    }

    @Test
    void cancelsWhatRunsOnSigtermAndAnswersIt() throws Exception {
        try (SdkServer other = start(handler());
                Socket socket = send(other, Map.of("do", "wait"))) {
            assertThat(runtime.next().uri()).isEqualTo("/v1/runtime/ready/waiting");
            other.terminate();
            assertThat(runtime.next().uri()).isEqualTo("/v1/runtime/ready/cancelled");
            assertThat(answer(socket)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\ntrue");
            assertThat(other.exitCode()).isZero();
        }
    }

    @Test
    void doesNotStartWithoutItsHandler() throws Exception {
        try (SdkServer other = start("no_such_handler")) {
            assertThat(other.exitCode()).isEqualTo(1);
            assertThat(other.printed()).contains("no_such_handler");
        }
    }

    private HttpResponse<String> call(Map<String, Object> input) throws Exception {
        return call(Json.text(input));
    }

    private HttpResponse<String> call(String input) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/".formatted(server.port())))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofString(input));
        headers().forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("ce-specversion", "1.0");
        headers.put("ce-id", "w/t@0/r/0/3");
        headers.put("ce-type", "io.talflow.invocation.requested.v1");
        headers.put("ce-source", "/talflow/w/t");
        headers.put("Idempotency-Key", "w/t@0/r/0");
        headers.put("X-Talflow-Task", "w/t");
        headers.put("X-Talflow-Attempt", "3");
        headers.put("X-Talflow-Runtime", runtime.url());
        headers.put("X-Talflow-Token", "secret");
        byte[] secrets = Json.bytes(Map.of("key", "s3 é"));
        headers.put("X-Talflow-Secrets", Base64.getEncoder().encodeToString(secrets));
        headers.put("X-Deadline-Ms", Long.toString(DEADLINE));
        return headers;
    }

    private byte[] request(Map<String, Object> input) {
        byte[] body = Json.bytes(input);
        StringBuilder head = new StringBuilder("POST / HTTP/1.1\r\nHost: f\r\n");
        headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        return (head + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    /** Sends a call on a connection of its own. */
    private Socket send(SdkServer to, Map<String, Object> input) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(60));
        socket.getOutputStream().write(request(input));
        return socket;
    }

    private String raw(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(60));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return answer(socket);
        }
    }

    /** What one read brings: a small answer is one write. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[65_536];
        int read = in.read(buffer);
        return new String(Arrays.copyOf(buffer, Math.max(0, read)), StandardCharsets.UTF_8);
    }
}
