package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Firing;
import java.util.LinkedHashMap;
import java.util.Map;

/** The headers of the one HTTP contract every function is called by; docs/functions.md has a transcript. */
final class FunctionCall {
    static final String TYPE = "io.talflow.invocation.requested.v1";

    private FunctionCall() {}

    /** @param deadline epoch milliseconds */
    static Map<String, String> headers(Firing firing, long deadline) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("ce-specversion", "1.0");
        headers.put("ce-id", firing.key().toString());
        headers.put("ce-type", TYPE);
        headers.put("ce-source", "/talflow/" + firing.task());
        headers.put("Idempotency-Key", firing.key().firing());
        headers.put("X-Talflow-Task", firing.task());
        headers.put("X-Talflow-Attempt", Integer.toString(firing.key().attempt()));
        headers.put("X-Deadline-Ms", Long.toString(deadline));
        return headers;
    }
}
