package io.talflow.tal.model;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * When a failed attempt is made again; the fields and their defaults are those of Amazon States Language.
 *
 * @param errorEquals names of errors; {@code ALL} is every one that is not permanent, a name that ends in {@code xx} or {@code *} a prefix
 * @param interval before the first retry
 * @param maxAttempts retries this entry allows, 0 or more; the first attempt is none
 * @param backoffRate what the interval is multiplied by from retry to retry, 1 or more
 * @param maxDelay bound on the interval
 * @param jitter whether a uniform part of the interval is waited, as opposed to all of it
 * @see <a href="https://states-language.net/spec.html#errors">Amazon States Language, errors</a>
 */
public record Retry(
        List<String> errorEquals,
        Duration interval,
        int maxAttempts,
        double backoffRate,
        Optional<Duration> maxDelay,
        boolean jitter) {
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);
    public static final int DEFAULT_MAX_ATTEMPTS = 3;
    public static final double DEFAULT_BACKOFF_RATE = 2;

    /** Bound on how long a failed function may ask to be left alone. */
    public static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

    public Retry {
        errorEquals = List.copyOf(errorEquals);
        Objects.requireNonNull(interval, "interval");
        if (maxAttempts < 0 || backoffRate < 1) {
            throw new IllegalArgumentException("maxAttempts must be 0 or more and backoffRate 1 or more, are %d and %s"
                    .formatted(maxAttempts, backoffRate));
        }
    }

    /**
     * Whether the entry is about an error of that name.
     *
     * @param permanent the failure says that another attempt would fail as well; {@code ALL} leaves it alone then
     */
    public boolean names(String error, boolean permanent) {
        return errorEquals.stream().anyMatch(name -> name.equals("ALL") ? !permanent : matches(name, error));
    }

    private static boolean matches(String name, String error) {
        if (name.endsWith("*")) {
            return error.startsWith(name.substring(0, name.length() - 1));
        }
        return name.endsWith("xx")
                ? error.startsWith(name.substring(0, name.length() - 2)) && error.length() == name.length()
                : error.equals(name);
    }
}
