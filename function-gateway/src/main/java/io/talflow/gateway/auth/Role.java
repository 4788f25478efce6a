package io.talflow.gateway.auth;

/** What a token lets its holder do. Of the first three each may do all that those before it may. */
public enum Role {
    /** Reads status, events, logs and definitions. */
    VIEWER,
    /** Starts, cancels and changes tasks, and sends events. */
    OPERATOR,
    /** Applies and deletes workflows, that is, decides what code runs. */
    ADMIN,
    /** Hands over firings and nothing else; the Flink job's. */
    JOB;

    /** Whether who has this role may do what needs the other. */
    public boolean covers(Role needed) {
        return this == JOB || needed == JOB ? this == needed : compareTo(needed) >= 0;
    }
}
