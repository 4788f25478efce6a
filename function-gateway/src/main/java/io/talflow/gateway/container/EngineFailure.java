package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionErrors;
import io.talflow.gateway.journal.Outcome;

/** The container engine refuses or cannot be reached; the message is for who wrote the workflow or runs the node. */
class EngineFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final String output;

    EngineFailure(String message) {
        this(message, "");
    }

    EngineFailure(String message, String output) {
        super(message);
        this.output = output;
    }

    /** How the calls fail that it keeps from running. */
    Outcome outcome(long now) {
        return FunctionErrors.environment(now, getMessage(), output);
    }
}
