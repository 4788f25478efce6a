package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.invoke.Invoker;
import io.talflow.gateway.journal.Acceptance;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.tal.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code POST /v1/firings}: what the job wants run or stopped. Answers when it is journaled. */
final class FiringsResource {
    private static final int MAX_BODY = 20 * 1024 * 1024;
    private static final int MAX_INPUT = 16 * 1024 * 1024;

    private final Invoker invoker;

    FiringsResource(Invoker invoker) {
        this.invoker = invoker;
    }

    void post(Context http) {
        Map<String, Object> body = Answers.object(http, MAX_BODY);
        List<Map<String, Object>> results = new ArrayList<>();
        List<Firing> firings = new ArrayList<>();
        List<Map<String, Object>> answered = new ArrayList<>();
        for (Map<String, Object> fields : objects(body, "firings")) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("firing", fields.get("firing"));
            results.add(result);
            try {
                firings.add(firing(fields));
                answered.add(result);
            } catch (GatewayFailure e) {
                refuse(result, e.error(), e.getMessage());
            }
        }
        List<FiringKey> withdrawals =
                objects(body, "withdrawals").stream().map(FiringsResource::key).toList();
        if (!withdrawals.isEmpty()) {
            invoker.withdraw(withdrawals).join();
        }
        // Waiting is cheaper than an asynchronous answer, and the job makes few calls at a time.
        List<Acceptance> acceptances = invoker.accept(firings).join();
        for (int i = 0; i < acceptances.size(); i++) {
            if (acceptances.get(i) instanceof Acceptance.Conflict) {
                refuse(
                        answered.get(i),
                        GatewayError.FIRING_CONFLICT,
                        "%s was journaled with another body"
                                .formatted(firings.get(i).key()));
            } else if (acceptances.get(i) instanceof Acceptance.Refused) {
                refuse(answered.get(i), GatewayError.DRAINING, "this node drains; send it to another");
            } else {
                answered.get(i).put("accepted", true);
            }
        }
        Answers.json(http, 202, Map.of("results", results));
    }

    private static void refuse(Map<String, Object> result, GatewayError error, String message) {
        result.put("accepted", false);
        result.put("code", error.code());
        result.put("message", message);
    }

    private static Firing firing(Map<String, Object> fields) {
        byte[] input = Json.bytes(fields.get("input"));
        if (input.length > MAX_INPUT) {
            throw new GatewayFailure(
                    GatewayError.TOO_LARGE,
                    "the input of an invocation may have %d bytes, has %d".formatted(MAX_INPUT, input.length));
        }
        return new Firing(
                key(fields),
                Answers.text(fields, "task"),
                Answers.text(fields, "workflow"),
                Answers.text(fields, "version"),
                Answers.text(fields, "function"),
                Answers.text(fields, "as"),
                input);
    }

    private static FiringKey key(Map<String, Object> fields) {
        if (!(fields.get("attempt") instanceof Long attempt) || attempt < 1 || attempt > Integer.MAX_VALUE) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "attempt must be a number of 1 or more");
        }
        return new FiringKey(Answers.text(fields, "firing"), attempt.intValue());
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> objects(Map<String, Object> body, String field) {
        Object value = body.get(field);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
            return (List<Map<String, Object>>) value;
        }
        throw new GatewayFailure(GatewayError.BAD_REQUEST, "%s must be a list of objects".formatted(field));
    }
}
