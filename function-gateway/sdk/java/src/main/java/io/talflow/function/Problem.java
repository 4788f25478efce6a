package io.talflow.function;

import java.io.IOException;
import java.util.Map;

/** An answer of the gateway that is not what was asked for. */
final class Problem extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 200;

    private final String code;
    private final String detail;
    private final boolean retryable;

    private Problem(String code, String detail, boolean retryable) {
        super(code + ": " + detail);
        this.code = code;
        this.detail = detail;
        this.retryable = retryable;
    }

    /** As its body says, or its status if that is no problem of the gateway's. */
    static Problem of(int status, String body) {
        try {
            if (Json.read(body) instanceof Map<?, ?> told && told.get("retryable") instanceof Boolean retryable) {
                return new Problem(String.valueOf(told.get("code")), String.valueOf(told.get("detail")), retryable);
            }
        } catch (IllegalArgumentException e) {
            // told by its status
        }
        return new Problem("http/" + status, body.substring(0, Math.min(body.length(), SHOWN)), status >= 500);
    }

    String code() {
        return code;
    }

    String detail() {
        return detail;
    }

    /** Whether the same may succeed if it is sent again. */
    boolean isRetryable() {
        return retryable;
    }
}
