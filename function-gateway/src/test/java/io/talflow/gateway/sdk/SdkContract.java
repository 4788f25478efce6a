package io.talflow.gateway.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The function contract on the wire: the same scenarios for the server of each SDK. */
abstract class SdkContract extends SdkValues {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "9007199254740991",
                "\"\"",
                "\"ä€😀\\n\\\"\\\\\\u0001\"",
                "[[],{},true,0,-1.5]",
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
        String facts = """
                {"task": "w/t", "firing": "w/t@0/r/0", "attempt": 3, "deadline": %d, "inTime": true, "secret": "s3 é",
                 "cancelled": false}
                """.formatted(SdkCalls.DEADLINE);
        assertThat(Json.parse(call(Map.of("do", "facts")).body())).isEqualTo(Json.parse(facts));
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
        assertThat(calls.statusOf("GET")).as("a probe").isEqualTo(200);
        assertThat(calls.statusOf("DELETE")).isEqualTo(405);
        assertThat(calls.raw("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: 16777217\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(calls.raw("POST / HTTP/1.1\r\nHost: f\r\nContent-Length: many\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(calls.raw("POST / HTTP/1.1\r\nHost: f\r\nX-Long: " + "x".repeat(70_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void signalsWithTheTokenOfTheCall() throws Exception {
        HttpResponse<String> answer = call(Map.of("do", "signal"));
        assertThat(answer.body()).isEqualTo("[2,1]");
        List<FakeRuntime.Told> told = told(6);
        assertThat(told)
                .extracting(FakeRuntime.Told::uri)
                .containsExactly(
                        "/v1/runtime/ready/header",
                        "/v1/runtime/items/chunks?key=0",
                        "/v1/runtime/items/chunks?key=1",
                        "/v1/runtime/items/keyed?key=k%2F1%20%C3%A9",
                        "/v1/runtime/streams/chunks:close",
                        "/v1/runtime/streams/keyed:close");
        assertThat(told).extracting(FakeRuntime.Told::authorization).containsOnly("Bearer secret");
        assertThat(told.get(0).body()).isEqualTo("{\"codec\":\"h264\"}");
        assertThat(told.get(5).body()).isEqualTo("{\"count\":1}");
    }

    private List<FakeRuntime.Told> told(int count) throws InterruptedException {
        List<FakeRuntime.Told> told = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            told.add(runtime.next());
        }
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
        assertThat(told(3))
                .extracting(FakeRuntime.Told::uri)
                .containsExactly("/v1/runtime/ready/wrong", "/v1/runtime/ready/again", "/v1/runtime/ready/again");
    }

    @Test
    void servesSeveralCallsAtOnce() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sockets.add(calls.send(Map.of("do", "wait")));
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
        try (Socket socket = calls.send(Map.of("do", "echo", "value", 1L))) {
            assertThat(SdkCalls.answer(socket)).endsWith("\r\n\r\n1");
            socket.getOutputStream().write(calls.request(Map.of("do", "echo", "value", 2L)));
            assertThat(SdkCalls.answer(socket)).endsWith("\r\n\r\n2");
        }
    }

    @Test
    void endsAtOnceOnSigtermWhenNothingRuns() throws Exception {
        try (SdkServer other = start(handler());
                Socket idle = new SdkCalls(runtime, other).send(Map.of("do", "echo", "value", 1L))) {
            assertThat(SdkCalls.answer(idle)).endsWith("1");
            other.terminate();
            assertThat(other.exitCode()).isZero();
        }
    }

    @Test
    void cancelsWhatRunsOnSigtermAndAnswersIt() throws Exception {
        try (SdkServer other = start(handler());
                Socket socket = new SdkCalls(runtime, other).send(Map.of("do", "wait"))) {
            assertThat(runtime.next().uri()).isEqualTo("/v1/runtime/ready/waiting");
            other.terminate();
            assertThat(runtime.next().uri()).isEqualTo("/v1/runtime/ready/cancelled");
            assertThat(SdkCalls.answer(socket)).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\ntrue");
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
}
