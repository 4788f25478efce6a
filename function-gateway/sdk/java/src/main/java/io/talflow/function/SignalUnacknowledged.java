package io.talflow.function;

/** No answer came although the signal was sent several times; whether it is in the log is not known. */
public final class SignalUnacknowledged extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SignalUnacknowledged(String message) {
        super(message);
    }
}
