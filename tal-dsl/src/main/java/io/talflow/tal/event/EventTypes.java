package io.talflow.tal.event;

/** CloudEvents types of the engine's own events. */
public final class EventTypes {
    /** Every type of the engine; nobody else may send one but {@link #TASK_STARTED} by an ingress topic. */
    public static final String RESERVED_PREFIX = "io.talflow.";

    /** data: {@code {workflow, version?, input}}; extension {@code taltask} is the new task's id. */
    public static final String TASK_STARTED = "io.talflow.task.started.v1";

    /** The job's answer to a start that names no version. data: {@code {workflow, version}}. */
    public static final String TASK_PINNED = "io.talflow.task.pinned.v1";

    /** Nodes have come that the task's functions may run on, too. data: {@code {}}; extension {@link #NODES}. */
    public static final String TASK_PLACED = "io.talflow.task.placed.v1";

    /** data: {@code {reason}}. */
    public static final String TASK_CANCEL = "io.talflow.task.cancel.v1";

    /**
     * Asks the job for a task's state at this place of the log. data: {@code {query}}, the id of the reply; with
     * {@code values: [{id, of}]} which of these values by reference nothing names any more.
     */
    public static final String TASK_QUERY = "io.talflow.task.query.v1";

    /** data: the result. Extensions: talfiring, talattempt, talnode, talbegan (epoch milliseconds). */
    public static final String INVOCATION_COMPLETED = "io.talflow.invocation.completed.v1";

    /** data: {@code {error, message, trace?}}. Extensions as in {@link #INVOCATION_COMPLETED}. */
    public static final String INVOCATION_FAILED = "io.talflow.invocation.failed.v1";

    /**
     * An attempt's node is lost, or has handed the attempt back. data: {@code {reason}}. Extensions: talfiring, talattempt,
     * talnode the node, and {@link #NODES} those that are left.
     */
    public static final String INVOCATION_LOST = "io.talflow.invocation.lost.v1";

    /** Carries the log's time forward; see D26. data: {@code {at}}, epoch milliseconds it was set for. */
    public static final String TASK_TIMER = "io.talflow.task.timer.v1";

    /**
     * An operator's or a function's command about rules. data: {@code {add: RULE, given?}}, {@code {enable: ID}} or
     * {@code {disable: ID}}, each with {@code by}.
     */
    public static final String TASK_RULES = "io.talflow.task.rules.v1";

    /** A running function's datum is there. data: the value. Extensions: talfiring, talattempt, {@link #DATUM}. */
    public static final String DATA_READY = "io.talflow.data.ready.v1";

    /** A slice of a running function's stream. data: the value. Extensions: as of ready, and {@link #SLICE}. */
    public static final String DATA_ITEM = "io.talflow.data.item.v1";

    /** A running function's stream has closed. data: {@code {count}}. Extensions: as of ready. */
    public static final String DATA_CLOSED = "io.talflow.data.closed.v1";

    /** Extension: the datum's or stream's name. */
    public static final String DATUM = "taldatum";

    /** Extension: the slice's key, the function's own or the number of its call, from 0. */
    public static final String SLICE = "talslice";

    /** Extension of a start: the parent's firing, whose task is told of the end. */
    public static final String PARENT = "talparent";

    /**
     * Extension of a start, of what pins or places it and of a loss: ids of the nodes that the task's functions run on from then on,
     * with commas between.
     */
    public static final String NODES = "talnodes";

    /** Extension of what a node says of an attempt: the node's id. */
    public static final String NODE = "talnode";

    /** Extension of an outcome: {@code cold} if the call waited for a new container, {@code warm} if it did not. */
    public static final String START = "talstart";

    /** Extension of a user's event: how long it waits for its task to start, in milliseconds. */
    public static final String KEEP = "talkeep";

    /**
     * Extension of a user's event that the router appends late: when its ingress topic got it, in epoch milliseconds. So what
     * has piled up while no job ran is no flood.
     */
    public static final String RECEIVED = "talreceived";

    private EventTypes() {}

    /** Whether an event of that type says what became of an attempt. */
    public static boolean endsAttempt(String type) {
        return type.equals(INVOCATION_COMPLETED) || type.equals(INVOCATION_FAILED) || type.equals(INVOCATION_LOST);
    }
}
