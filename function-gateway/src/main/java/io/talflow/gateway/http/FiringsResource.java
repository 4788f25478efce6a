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
        List<Map<String, Object>> refused = new ArrayList<>();
        List<Firing> firings = new ArrayList<>();
        for (Map<String, Object> fields : objects(body, "firings")) {
            try {
                firings.add(firing(fields));
            } catch (GatewayFailure e) {
                refused.add(refusal(fields.get("firing"), e.error(), e.getMessage()));
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
            FiringKey key = firings.get(i).key();
            if (acceptances.get(i) instanceof Acceptance.Conflict) {
                String message = "%s was journaled with another body".formatted(key);
                refused.add(refusal(key.firing(), GatewayError.FIRING_CONFLICT, message));
            } else if (acceptances.get(i) instanceof Acceptance.Refused) {
                refused.add(refusal(key.firing(), GatewayError.DRAINING, "this node drains; send it to another"));
            }
        }
        if (refused.isEmpty()) {
            http.status(202);
        } else {
            Answers.json(http, 202, Map.of("results", refused));
        }
    }

    private static Map<String, Object> refusal(Object firing, GatewayError error, String message) {
        Map<String, Object> refusal = new LinkedHashMap<>();
        refusal.put("firing", firing);
        refusal.put("accepted", false);
        refusal.put("code", error.code());
        refusal.put("message", message);
        return refusal;
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
