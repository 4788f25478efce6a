package io.talflow.gateway.auth;

import java.util.Locale;

/** What a token lets its holder do. Of the first three each may do all that those before it may. */
public enum Role {
    /** Reads status, events, logs and definitions. */
    VIEWER,
    /** Starts, cancels and changes tasks, and sends events. */
    OPERATOR,
    /** Applies and deletes workflows, that is, decides what code runs. */
    ADMIN,
    /** Hands over firings and nothing else; the Flink job's. */
    JOB,
    /** Fetches what functions on another node need, and what they printed there, and nothing else; another gateway's. */
    NODE;

    /** Whether who has this role may do what needs the other. */
    public boolean covers(Role needed) {
        return isMachine() || needed.isMachine() ? this == needed : compareTo(needed) >= 0;
    }

    /** As files, commands and messages spell it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private boolean isMachine() {
        return this == JOB || this == NODE;
    }
}
