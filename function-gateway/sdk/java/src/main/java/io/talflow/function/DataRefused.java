package io.talflow.function;

/** The gateway does not take a value or cannot give it; the same again would be refused again. */
public final class DataRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;
    private final String detail;

    DataRefused(String code, String detail) {
        super(code + ": " + detail);
        this.code = code;
        this.detail = detail;
    }

    /** Stable, such as {@code gateway/data-lost}; docs/errors.md explains each. */
    public String code() {
        return code;
    }

    public String detail() {
        return detail;
    }
}
