package io.talflow.gateway.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.Json;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A function's reply")
class FunctionReplyTest {
    /** 2026-01-01T00:00:00Z. */
    private static final long NOW = 1_767_225_600_000L;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"200 | {\"a\":1} | {\"a\":1}", "201 | [1] | [1]", "200 | '' | null", "204 | '' | null"})
    void ofSuccessIsTheResult(int status, String body, String result) {
        assertThat(completed(reply(status, Map.of(), body))).isEqualTo(Json.parse(result));
    }

    @Test
    void mayBeACloudEventInBinaryMode() {
        Map<String, String> headers = Map.of(
                "ce-specversion", "1.0", "ce-id", "1", "ce-source", "/s", "ce-type", "t", "content-type", "text/json");
        assertThat(completed(reply(200, headers, "{\"a\":1}"))).isEqualTo(Map.of("a", 1L));
        assertThat(completed(reply(200, headers, ""))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"data\":{\"a\":1} | {\"a\":1}",
                "\"data_base64\":\"eyJhIjoxfQ==\" | {\"a\":1}",
                "\"subject\":\"none\" | null"
            })
    void mayBeACloudEventInStructuredMode(String member, String result) {
        String event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"," + member + "}";
        Map<String, String> headers = Map.of("content-type", "application/cloudevents+json; charset=utf-8");
        assertThat(completed(reply(200, headers, event))).isEqualTo(Json.parse(result));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/html | <html> | the result is not JSON",
                "application/json | {\"a\":1}{ | the result is not JSON",
                "application/cloudevents+json | {\"id\":\"1\"} | required attribute specversion is missing",
                "application/cloudevents+json | <html> | not a JSON object",
                "application/cloudevents-batch+json | [] | not a JSON object"
            })
    void isABadResultIfItIsNeither(String type, String body, String why) {
        Map<String, Object> failure = failed(reply(200, Map.of("content-type", type), body));
        assertThat(failure).containsEntry("error", "Function.BadResult");
        assertThat(failure.get("message").toString()).contains(why);
    }

    @Test
    void of202SaysThatTheResultIsReportedLater() {
        assertThat(reply(202, Map.of(), "{}").outcome("f", NOW, NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "408, true",
        "429, true",
        "500, true",
        "503, true",
        "599, true",
        "302, false",
        "400, false",
        "404, false",
        "409, false"
    })
    void ofFailureNamesTheStatusAndWhetherAnotherAttemptIsWorthIt(int status, boolean retryable) {
        assertThat(failed(reply(status, Map.of(), "sorry")))
                .containsEntry("error", "Http." + status)
                .containsEntry("message", "f answered %d: sorry".formatted(status))
                .containsEntry("retryable", retryable)
                .doesNotContainKey("retryAfterMs");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "7, 7000",
        "3600, 3600000",
        "3601, 3600000",
        "999999999, 3600000",
        "'Thu, 01 Jan 2026 00:00:30 GMT', 30000",
        "'Wed, 31 Dec 2025 23:59:00 GMT', 0",
        "'Fri, 01 Jan 2100 00:00:00 GMT', 3600000"
    })
    void mayAskToBeLeftAloneForAtMostAnHour(String told, long millis) {
        assertThat(failed(reply(503, Map.of("retry-after", told), ""))).containsEntry("retryAfterMs", millis);
        assertThat(failed(reply(400, Map.of("retry-after", told), "")))
                .as("of a permanent failure")
                .doesNotContainKey("retryAfterMs");
    }

    @ParameterizedTest
    @CsvSource({"''", "soon", "-1", "1.5", "9999999999", "2026-01-01T00:00:30Z"})
    void asksForNothingIfRetryAfterIsNeitherSecondsNorADate(String told) {
        assertThat(failed(reply(503, Map.of("retry-after", told), ""))).doesNotContainKey("retryAfterMs");
    }

    @Test
    void mayNameItsError() {
        Map<String, String> headers = Map.of("x-talflow-error", "Card.Declined");
        assertThat(failed(reply(422, headers, "{\"message\":\"no funds\",\"trace\":\"at line 3\"}")))
                .isEqualTo(Map.of(
                        "error", "Card.Declined", "message", "no funds", "trace", "at line 3", "retryable", false));
        assertThat(failed(reply(503, headers, "no funds")))
                .isEqualTo(Map.of("error", "Card.Declined", "message", "no funds", "retryable", true));
        assertThat(failed(reply(503, Map.of("x-talflow-error", "a name, not"), "")))
                .containsEntry("error", "Http.503");
    }

    @Test
    void isCutWhereItIsLong() {
        Map<String, Object> failure = failed(reply(500, Map.of(), "x".repeat(100_000)));
        assertThat(failure.get("message").toString()).hasSize(2_000);
    }

    private static FunctionReply reply(int status, Map<String, String> headers, String body) {
        return new FunctionReply(status, new HashMap<>(headers), body.getBytes(StandardCharsets.UTF_8));
    }

    private static Object completed(FunctionReply reply) {
        Outcome outcome = reply.outcome("f", NOW, NOW).orElseThrow();
        assertThat(outcome)
                .as(new String(outcome.data(), StandardCharsets.UTF_8))
                .isInstanceOf(Outcome.Completed.class);
        return Json.parse(outcome.data());
    }

    private static Map<String, Object> failed(FunctionReply reply) {
        Outcome outcome = reply.outcome("f", NOW, NOW).orElseThrow();
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return Json.parseObject(outcome.data());
    }
}
