package io.talflow.gateway.data;

import java.util.OptionalLong;

/** Tells when a task ended. */
public interface TaskEnds {
    /** Epoch milliseconds; empty: it has not, as far as is known here. */
    OptionalLong endedAt(String task);
}
