package io.talflow.gateway;

import java.util.Map;

/** A request the gateway refuses; becomes an answer of problem+json. */
public final class GatewayFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final GatewayError error;
    private final transient Map<String, Object> details;

    public GatewayFailure(GatewayError error, String message) {
        this(error, message, Map.of());
    }

    /** @param details further members of the problem's JSON */
    public GatewayFailure(GatewayError error, String message, Map<String, Object> details) {
        super(message);
        this.error = error;
        this.details = Map.copyOf(details);
    }

    public GatewayError error() {
        return error;
    }

    public Map<String, Object> details() {
        return details;
    }
}
