package io.talflow.gateway.journal;

/** What a call found where it runs. */
public enum Start {
    /** Nothing that could be started for it: a process of its own, or a service somewhere. */
    NONE,
    /** A container that was ready. */
    WARM,
    /** A container that it had to wait for. */
    COLD
}
