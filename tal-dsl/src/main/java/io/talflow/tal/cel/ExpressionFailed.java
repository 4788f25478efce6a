package io.talflow.tal.cel;

/** An expression that could not be evaluated on the values it got: a missing field, a limit, a division by zero. */
public final class ExpressionFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ExpressionFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
