package io.talflow.gateway.data;

/** Whether a value that is put goes to the remote store, too. */
public enum Replicate {
    /** If that is faster for those who will read it. */
    AUTO,
    /** So that it outlives its node. */
    ALWAYS,
    NEVER
}
