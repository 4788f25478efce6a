package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.runtime.Access;
import io.talflow.tal.model.Function;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One attempt to be made.
 *
 * @param access how the function reaches the gateway while it runs
 */
public record FunctionCall(Firing firing, Function function, Access access) {
    static final String TYPE = "io.talflow.invocation.requested.v1";

    /**
     * The headers of the one HTTP contract every function is called by; docs/functions.md has a transcript.
     *
     * @param deadline epoch milliseconds
     * @param gateway the base URL that the function can reach
     */
    Map<String, String> headers(long deadline, String gateway) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("ce-specversion", "1.0");
        headers.put("ce-id", firing.key().toString());
        headers.put("ce-type", TYPE);
        headers.put("ce-source", "/talflow/" + firing.task());
        headers.put("Idempotency-Key", firing.key().firing());
        headers.put("X-Talflow-Task", firing.task());
        headers.put("X-Talflow-Attempt", Integer.toString(firing.key().attempt()));
        headers.put("X-Talflow-Runtime", gateway);
        headers.put("X-Talflow-Token", access.token());
        headers.put("X-Deadline-Ms", Long.toString(deadline));
        return headers;
    }
}
