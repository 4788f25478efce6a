package io.talflow.function;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/** What a handler throws to fail with an error of its own name, which rules and {@code retry} can name. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    private final String error;
    private final boolean retryable;
    private final Duration retryAfter;

    private Failure(String error, String message, boolean retryable, Duration retryAfter) {
        super(message);
        if (!NAME.matcher(error).matches()) {
            throw new IllegalArgumentException("an error's name has up to 100 of A-Z a-z 0-9 . _ -, is " + error);
        }
        this.error = error;
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    /** Another attempt may succeed. */
    public static Failure retryable(String error, String message) {
        return new Failure(error, message, true, null);
    }

    /** Another attempt may succeed, but not sooner than after this time. */
    public static Failure retryable(String error, String message, Duration retryAfter) {
        return new Failure(error, message, true, Objects.requireNonNull(retryAfter, "retryAfter"));
    }

    /** Another attempt would fail as well. */
    public static Failure permanent(String error, String message) {
        return new Failure(error, message, false, null);
    }

    public String error() {
        return error;
    }

    public boolean isRetryable() {
        return retryable;
    }

    /** Null if it asks for no delay. */
    Duration retryAfter() {
        return retryAfter;
    }
}
