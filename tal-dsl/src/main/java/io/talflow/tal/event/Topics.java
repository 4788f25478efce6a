package io.talflow.tal.event;

/** The topics; docs/topics.md tells what each holds and who writes it. */
public final class Topics {
    /** Ingress for anybody's CloudEvents. */
    public static final String IN = "tal.in";
    /** What workflows emit, unless the event's declaration names a topic. */
    public static final String OUT = "tal.out";
    /** The log: keyed by task id, LogAppendTime, written by the gateway and the job alone. */
    public static final String EVENTS = "tal.events";
    /** Compacted: {@code name} to the current version, {@code name@version} to the definition. */
    public static final String DEFINITIONS = "tal.definitions";
    /** Compacted: task headers and invocations, what the view is made of. */
    public static final String TASKS = "tal.tasks";
    /** Every decision, keyed by task id. */
    public static final String HISTORY = "tal.history";
    /** What could not be processed: the reason in headers, the original bytes as value. */
    public static final String DEAD_LETTERS = "tal.dead-letters";
    /** Answers to exact queries, keyed by query id. */
    public static final String REPLIES = "tal.replies";

    /** Compacted: what each node says of itself, each second. */
    public static final String NODES = "tal.nodes";

    private Topics() {}
}
