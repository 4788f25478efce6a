package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.exec.FunctionErrors;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.runtime.Attempt;
import io.talflow.gateway.runtime.Attempts;
import io.talflow.gateway.runtime.Reported;
import io.talflow.gateway.runtime.Signals;
import io.talflow.tal.Json;
import io.talflow.tal.RuleReader;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * {@code /v1/runtime}: what a running function says. Of its data, its rules and its outcome 200 means that Kafka, or the
 * journal, has it, never before; that it is at work, and how far, is told to {@code tal.nodes} within a second or two.
 */
final class RuntimeResource {
    private static final int MAX_CLOSE_BODY = 1_024;
    private static final int MAX_PROGRESS_BODY = 8 * 1_024;
    /** Characters: a line for a person, told every second. */
    private static final int MAX_MESSAGE = 200;

    private static final int MAX_FAILURE_BODY = 64 * 1_024;

    private final Attempts attempts;
    private final Signals signals;
    private final RuleCheck check;

    RuntimeResource(Attempts attempts, Signals signals, RuleCheck check) {
        this.check = check;
        this.attempts = attempts;
        this.signals = signals;
    }

    /** {@code POST /v1/runtime/ready/{name}}, the value as body. */
    void ready(Context http) {
        Attempt attempt = Bearer.attempt(http, attempts);
        byte[] value = Answers.body(http, Signals.MAX_VALUE_BYTES);
        answer(http, signals.ready(attempt, http.pathParam("name"), value));
    }

    /** {@code POST /v1/runtime/items/{stream}?key=}, the value as body. */
    void item(Context http) {
        Attempt attempt = Bearer.attempt(http, attempts);
        byte[] value = Answers.body(http, Signals.MAX_VALUE_BYTES);
        String key = Answers.optional(http, "key");
        if (key == null) {
            throw new GatewayFailure(
                    GatewayError.BAD_REQUEST,
                    "the parameter key is missing: number the items, so that one that is sent again is known");
        }
        answer(http, signals.item(attempt, http.pathParam("stream"), key, value));
    }

    /** {@code POST /v1/runtime/streams/{stream}:close} with {@code {count}}. */
    void close(Context http) {
        Attempt attempt = Bearer.attempt(http, attempts);
        if (!(Answers.object(http, MAX_CLOSE_BODY).get("count") instanceof Long count)) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "count must be the number of items, a whole number");
        }
        answer(http, signals.close(attempt, http.pathParam("stream"), count));
    }

    /** {@code POST /v1/runtime/heartbeat}: the function is at work. */
    void heartbeat(Context http) {
        told(http, Bearer.attempt(http, attempts));
    }

    /** {@code POST /v1/runtime/progress} with {@code {fraction?, message?}}: how far it is; also a heartbeat. */
    void progress(Context http) {
        Attempt attempt = Bearer.attempt(http, attempts);
        Map<String, Object> body = Answers.object(http, MAX_PROGRESS_BODY);
        Object fraction = body.getOrDefault("fraction", -1L);
        boolean known = body.containsKey("fraction");
        if (!(fraction instanceof Number part) || known && !(part.doubleValue() >= 0 && part.doubleValue() <= 1)) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "fraction must be a number from 0 to 1, is " + fraction);
        }
        if (!(body.getOrDefault("message", "") instanceof String message) || message.length() > MAX_MESSAGE) {
            throw new GatewayFailure(
                    GatewayError.BAD_REQUEST, "message must be a text of at most %d characters".formatted(MAX_MESSAGE));
        }
        attempt.progress(part.doubleValue(), message);
        told(http, attempt);
    }

    /** {@code POST /v1/runtime/rules} with a rule, which is added to the function's own task. */
    void rule(Context http) {
        Attempt attempt = Bearer.attempt(http, attempts);
        Firing firing = attempt.firing();
        Map<String, Object> rule = Answers.object(http, Signals.MAX_VALUE_BYTES);
        answer(
                http,
                signals.rule(
                        attempt,
                        () -> check.read(
                                firing.task(),
                                firing.workflow(),
                                firing.version(),
                                (workflow, added) -> RuleReader.read(workflow, added, rule))));
    }

    /** {@code POST /v1/runtime/result} with the result: of a call that was answered 202. Answers when it is journaled. */
    void result(Context http) {
        Attempt attempt = Bearer.attempt(http, attempts);
        byte[] result = Answers.body(http, FunctionErrors.MAX_RESULT_BYTES);
        Json.parse(result);
        report(http, attempt, new Reported.Result(result));
    }

    /** {@code POST /v1/runtime/failure} with {@code {error, message?, retryable?, retryAfterMs?}}: of such a call too. */
    void failure(Context http) {
        Attempt attempt = Bearer.attempt(http, attempts);
        Map<String, Object> body = Answers.object(http, MAX_FAILURE_BODY);
        String error = Answers.text(body, "error");
        try {
            report(http, attempt, Reported.Failure.of(error, body));
        } catch (IllegalArgumentException e) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, e.getMessage());
        }
    }

    private static void told(Context http, Attempt attempt) {
        Answers.json(http, 200, Map.of("id", attempt.firing().key().toString()));
    }

    private static void report(Context http, Attempt attempt, Reported report) {
        CompletableFuture<Void> journaled = attempt.report(report);
        http.future(() -> journaled.thenRun(() -> told(http, attempt)));
    }

    private static void answer(Context http, CompletableFuture<String> acknowledged) {
        http.future(() -> acknowledged.thenAccept(id -> Answers.json(http, 200, Map.of("id", id))));
    }
}
