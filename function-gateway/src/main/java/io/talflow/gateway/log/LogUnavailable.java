package io.talflow.gateway.log;

/** Kafka does not answer. */
public final class LogUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LogUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
