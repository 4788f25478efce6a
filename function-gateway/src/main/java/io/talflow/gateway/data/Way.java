package io.talflow.gateway.data;

/** How a value gets from the function that put it to one that reads it. */
public enum Way {
    /** It is small and travels in the event. */
    EVENT,
    /** The reader's node has it. */
    LOCAL,
    /** From the node it was put on. */
    DIRECT,
    /** From the remote store. */
    REMOTE,
    /** It was lost, and its function has put it again on the reader's node. */
    AGAIN
}
