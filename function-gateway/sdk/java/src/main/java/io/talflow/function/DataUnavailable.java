package io.talflow.function;

/** No room for a value, or no answer, until the attempt's time was nearly over. */
public final class DataUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DataUnavailable(String message, Exception last) {
        super(message, last);
    }
}
