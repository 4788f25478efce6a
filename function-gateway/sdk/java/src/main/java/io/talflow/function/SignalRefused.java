package io.talflow.function;

/** The gateway does not take a signal; the same one again would be refused again. */
public final class SignalRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;
    private final String detail;

    SignalRefused(String code, String detail) {
        super(code + ": " + detail);
        this.code = code;
        this.detail = detail;
    }

    /** Stable, such as {@code gateway/undeclared-datum}; docs/errors.md explains each. */
    public String code() {
        return code;
    }

    public String detail() {
        return detail;
    }
}
