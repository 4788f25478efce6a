package io.talflow.gateway.journal;

/** Where a firing's attempt stands on this node, as the journal has it. Recorded facts are past participles. */
public enum Phase {
    /** Nothing is known of it. */
    UNSEEN,
    /** Journaled: runs, or will run again after a restart. */
    ACCEPTED,
    /** Its result is recorded. */
    COMPLETED,
    /** Its error is recorded. */
    FAILED,
    /** Nobody waits for it any more; one that comes after this does not run. */
    WITHDRAWN;

    /** What happens to a firing. */
    public enum Signal {
        ACCEPT,
        COMPLETE,
        FAIL,
        WITHDRAW
    }
}
