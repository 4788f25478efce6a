package io.talflow.gateway.container;

/** The container engine refuses or cannot be reached; the message is for who wrote the workflow or runs the node. */
final class EngineFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final String output;

    EngineFailure(String message) {
        this(message, "");
    }

    EngineFailure(String message, String output) {
        super(message);
        this.output = output;
    }

    /** What the container printed, if there was one. */
    String output() {
        return output;
    }
}
