package io.talflow.tal.semantics;

import io.talflow.tal.event.TalEvent;
import java.util.Map;
import java.util.Optional;

/** What an event of a task makes the world outside its state do. In order; each may be repeated after a recovery. */
public sealed interface Effect {
    /**
     * Run a function. Repeated with the same firing and attempt after a recovery; the gateway answers a repeat with the
     * recorded outcome.
     *
     * @param firing {@code task@startOffset/rule/ordinal}
     * @param as the node it runs for
     * @param input JSON
     * @param nodes ids of the nodes it may run on, with commas between; empty: any
     */
    record Dispatch(
            String task,
            String workflow,
            String version,
            String firing,
            int attempt,
            String function,
            String as,
            byte[] input,
            String nodes)
            implements Effect {}

    /** Stop a function: nobody waits for it any more. A repeat, or one for an unknown firing, does nothing. */
    record Withdraw(String task, String firing, int attempt) implements Effect {}

    /** Append an event to the log, keyed by its task. */
    record Append(TalEvent event) implements Effect {}

    /** Send an event to the world; without a topic to {@code tal.out}. */
    record Emit(Optional<String> topic, TalEvent event) implements Effect {}

    /** A record for {@code tal.tasks}; the highest {@code revision} in {@code data} wins. Type: task or invocation status. */
    record Status(String key, String type, Map<String, Object> data) implements Effect {
        public static final String TASK = "io.talflow.task.status.v1";
        public static final String INVOCATION = "io.talflow.invocation.status.v1";

        /** Whose it is. */
        public String task() {
            return (String) data.get("task");
        }
    }

    /** A decision, for {@code tal.history}. */
    record Decision(String task, Map<String, Object> data) implements Effect {}

    /** An event that cannot be processed. */
    record DeadLetter(TalEvent event, String code, String reason) implements Effect {}

    /** The answer to a query. */
    record Reply(String query, Map<String, Object> state) implements Effect {}

    /** The task waits for a definition: call {@link TaskEngine#resume} when it is known. Empty version: for a current one. */
    record AwaitDefinition(String task, String workflow, String version) implements Effect {}

    /**
     * Set the task's clock: when it rings, a timer event is appended to the log. There is one clock a task.
     *
     * @param before when it was set for; 0: it was not
     * @param at epoch milliseconds; 0: it is not to ring any more
     */
    record Clock(String task, long before, long at) implements Effect {}

    /** Rows wait to be removed: call {@link TaskEngine#sweep} soon, and again until it has no more. */
    record Sweep(String task) implements Effect {}

    /** The task has ended: call {@link TaskEngine#forget} when its tombstone has stood long enough. */
    record Ended(String task) implements Effect {}
}
