package io.talflow.tal.event;

/** CloudEvents types of the engine's own events. */
public final class EventTypes {
    /** Every type of the engine; nobody else may send one but {@link #TASK_STARTED} by an ingress topic. */
    public static final String RESERVED_PREFIX = "io.talflow.";

    /** data: {@code {workflow, version?, input}}; extension {@code taltask} is the new task's id. */
    public static final String TASK_STARTED = "io.talflow.task.started.v1";

    /** The job's answer to a start that names no version. data: {@code {workflow, version}}. */
    public static final String TASK_PINNED = "io.talflow.task.pinned.v1";

    /** data: {@code {reason}}. */
    public static final String TASK_CANCEL = "io.talflow.task.cancel.v1";

    /** Asks the job for a task's state at this place of the log. data: {@code {query}}, the id of the reply. */
    public static final String TASK_QUERY = "io.talflow.task.query.v1";

    /** data: the result. Extensions: talfiring, talattempt, talnode, talbegan (epoch milliseconds). */
    public static final String INVOCATION_COMPLETED = "io.talflow.invocation.completed.v1";

    /** data: {@code {error, message, trace?}}. Extensions as in {@link #INVOCATION_COMPLETED}. */
    public static final String INVOCATION_FAILED = "io.talflow.invocation.failed.v1";

    private EventTypes() {}
}
