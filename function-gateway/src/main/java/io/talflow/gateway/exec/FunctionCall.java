package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.journal.Start;
import io.talflow.gateway.runtime.Access;
import io.talflow.gateway.runtime.Reported;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One attempt to be made.
 *
 * @param access how the function reaches the gateway while it runs
 * @param reported completes when the function reports its outcome by the runtime API
 * @param begins told when the function is called, having waited for its place, what it found there
 * @param awaited by a function that runs: it waits for no place among the processes of this node, since that one has its own
 */
public record FunctionCall(
        Firing firing,
        Function function,
        Access access,
        CompletableFuture<Reported> reported,
        Consumer<Start> begins,
        boolean awaited) {
    static final String TYPE = "io.talflow.invocation.requested.v1";

    public FunctionCall(
            Firing firing,
            Function function,
            Access access,
            CompletableFuture<Reported> reported,
            Consumer<Start> begins) {
        this(firing, function, access, reported, begins, false);
    }

    /** A call whose function reports nothing. */
    public FunctionCall(Firing firing, Function function, Access access) {
        this(firing, function, access, new CompletableFuture<>(), start -> {});
    }

    /**
     * The headers of the one HTTP contract every function is called by; docs/functions.md has a transcript.
     *
     * @param deadline epoch milliseconds
     * @param gateway the base URL that the function can reach
     */
    public Map<String, String> headers(long deadline, String gateway) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("ce-specversion", "1.0");
        headers.put("ce-id", firing.key().toString());
        headers.put("ce-type", TYPE);
        headers.put("ce-source", "/talflow/" + firing.task());
        headers.put("Idempotency-Key", firing.key().firing());
        headers.put("traceparent", TraceContext.parent(firing.key()));
        headers.put("X-Talflow-Task", firing.task());
        headers.put("X-Talflow-Attempt", Integer.toString(firing.key().attempt()));
        headers.put("X-Talflow-Runtime", gateway);
        headers.put("X-Talflow-Token", access.token());
        headers.put("X-Deadline-Ms", Long.toString(deadline));
        return headers;
    }

    /**
     * Headers with the secrets of a function that the gateway runs itself: JSON by name in base64, since a value may have
     * any character. None if it has none.
     */
    public Map<String, String> secretHeaders() {
        return access.secrets().isEmpty()
                ? Map.of()
                : Map.of(
                        "X-Talflow-Secrets",
                        Base64.getEncoder()
                                .encodeToString(Json.bytes(access.secrets().values())));
    }

    /**
     * The same facts for a process, as its environment, and its secrets.
     *
     * @param deadline epoch milliseconds
     * @param gateway the base URL that the process can reach
     */
    Map<String, String> environment(long deadline, String gateway) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("TALFLOW_TASK", firing.task());
        environment.put("TALFLOW_FIRING", firing.key().firing());
        environment.put("TALFLOW_ATTEMPT", Integer.toString(firing.key().attempt()));
        environment.put("TALFLOW_DEADLINE_MS", Long.toString(deadline));
        environment.put("TALFLOW_RUNTIME", gateway);
        environment.put("TALFLOW_TOKEN", access.token());
        environment.put("TRACEPARENT", TraceContext.parent(firing.key()));
        access.secrets()
                .values()
                .forEach((name, value) -> environment.put(
                        "TALFLOW_SECRET_" + name.toUpperCase(Locale.ROOT).replace('-', '_'), value));
        return environment;
    }

    /**
     * Completes the outcome with what the function answered or, if that was 202, with what it reports, whenever it does;
     * until then the attempt is open, and its timeout is the executor's.
     *
     * @param who names the function in messages
     * @param beganAt when the call was made, {@code now} when the reply came; epoch milliseconds
     */
    public void answered(FunctionReply reply, String who, long beganAt, long now, CompletableFuture<Outcome> outcome) {
        reply.outcome(who, beganAt, now).ifPresentOrElse(outcome::complete, () -> {
            CompletableFuture<?> unused = reported.thenAccept(report -> outcome.complete(report.outcome(beganAt)));
        });
    }
}
