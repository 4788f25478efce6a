package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.Problem;
import io.talflow.tal.event.TaskId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Requests' bodies and parameters in, JSON out. */
final class Answers {
    private static final int MAX_PAGE = 1_000;
    private static final int DEFAULT_PAGE = 100;
    /** Of a body that is too large so much is read, since who is still sending may not see the answer. */
    private static final int MAX_DRAINED = 32 * 1024 * 1024;

    private Answers() {}

    static void json(Context http, int status, Object value) {
        http.status(status).contentType("application/json").result(Json.bytes(value));
    }

    /** RFC 9457. */
    static void problem(Context http, GatewayError error, String detail, Map<String, Object> details) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "urn:talflow:error:" + error.code());
        problem.put("title", error.title());
        problem.put("status", (long) error.status());
        problem.put("detail", detail);
        problem.put("code", error.code());
        problem.put("retryable", error.retryable());
        problem.put("instance", http.path());
        problem.putAll(details);
        if (error == GatewayError.DATA_FULL || error == GatewayError.REMOTE_STORE_UNAVAILABLE) {
            http.header("Retry-After", "1");
        }
        http.status(error.status()).contentType("application/problem+json").result(Json.bytes(problem));
    }

    /** @throws GatewayFailure TOO_LARGE before more than the limit is read */
    static byte[] body(Context http, int limit) {
        byte[] body;
        try {
            long length = http.req().getContentLengthLong();
            if (length > limit) {
                throw tooLarge(http, limit);
            }
            body = http.req().getInputStream().readNBytes(length < 0 ? limit + 1 : (int) length);
        } catch (java.io.IOException e) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "the body ended early: " + e.getMessage());
        }
        if (body.length > limit) {
            throw tooLarge(http, limit);
        }
        return body;
    }

    static Map<String, Object> object(Context http, int limit) {
        try {
            return Json.parseObject(body(http, limit));
        } catch (Json.NotJson e) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "the body is no JSON object: " + e.getMessage());
        }
    }

    /** A field that must be a string. */
    static String text(Map<String, Object> body, String field) {
        if (body.get(field) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new GatewayFailure(GatewayError.BAD_REQUEST, "%s must be a string that is not empty".formatted(field));
    }

    static int pageSize(Context http) {
        long size = number(http, "pageSize", DEFAULT_PAGE);
        if (size < 1) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "pageSize must be 1 to %d".formatted(MAX_PAGE));
        }
        return (int) Math.min(size, MAX_PAGE);
    }

    static long number(Context http, String name, long otherwise) {
        String text = http.queryParam(name);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "%s must be a number, is %s".formatted(name, text));
        }
    }

    /** Null if absent or empty. */
    static String optional(Context http, String name) {
        String text = http.queryParam(name);
        return text == null || text.isEmpty() ? null : text;
    }

    /** The task that the path names. */
    static String task(Context http) {
        String task = TaskId.of(http.pathParam("workflow"), http.pathParam("key"));
        if (!TaskId.isValid(task)) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "not a task id: " + task);
        }
        return task;
    }

    /** A refusal with every problem of a document. */
    static GatewayFailure invalid(GatewayError error, InvalidTal document) {
        List<Map<String, Object>> problems = new ArrayList<>();
        for (Problem problem : document.problems()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("file", problem.file());
            json.put("line", (long) problem.position().line());
            json.put("column", (long) problem.position().column());
            json.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
            json.put("code", problem.code());
            json.put("message", problem.message());
            problems.add(json);
        }
        return new GatewayFailure(error, document.getMessage(), Map.of("problems", problems));
    }

    /**
     * What is not read of the body would be taken for the next request, so the connection is not used again. Of a body
     * that is not much too large the rest is thrown away: most clients see no answer while they still send.
     */
    private static GatewayFailure tooLarge(Context http, int limit) {
        http.header("Connection", "close");
        try {
            http.req().getInputStream().skip(MAX_DRAINED);
        } catch (java.io.IOException e) {
            return new GatewayFailure(GatewayError.BAD_REQUEST, "the body ended early: " + e.getMessage());
        }
        return new GatewayFailure(GatewayError.TOO_LARGE, "the body may have %d bytes".formatted(limit));
    }
}
