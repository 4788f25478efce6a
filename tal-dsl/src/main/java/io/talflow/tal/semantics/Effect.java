package io.talflow.tal.semantics;

import io.talflow.tal.event.TalEvent;
import java.util.Map;

/** What an event of a task makes the world outside its state do. In order; each may be repeated after a recovery. */
public sealed interface Effect {
    /**
     * Run a function. Repeated with the same firing and attempt after a recovery; the gateway answers a repeat with the
     * recorded outcome.
     *
     * @param firing {@code task@startOffset/rule/ordinal}
     * @param as the node it runs for
     * @param input JSON
     */
    record Dispatch(
            String task,
            String workflow,
            String version,
            String firing,
            int attempt,
            String function,
            String as,
            byte[] input)
            implements Effect {}

    /** Stop a function: its task has ended. A repeat, or one for an unknown firing, does nothing. */
    record Withdraw(String task, String firing, int attempt) implements Effect {}

    /** Append an event to the log, keyed by its task. */
    record Append(TalEvent event) implements Effect {}

    /** A record for {@code tal.tasks}; the highest {@code revision} in {@code data} wins. Type: task or invocation status. */
    record Status(String key, String type, Map<String, Object> data) implements Effect {
        public static final String TASK = "io.talflow.task.status.v1";
        public static final String INVOCATION = "io.talflow.invocation.status.v1";
    }

    /** A decision, for {@code tal.history}. */
    record Decision(String task, Map<String, Object> data) implements Effect {}

    /** An event that cannot be processed. */
    record DeadLetter(TalEvent event, String code, String reason) implements Effect {}

    /** The answer to a query. */
    record Reply(String query, Map<String, Object> state) implements Effect {}

    /** The task waits for a definition: call {@link TaskEngine#resume} when it is known. Empty version: for a current one. */
    record AwaitDefinition(String task, String workflow, String version) implements Effect {}
}
