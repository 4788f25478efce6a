package io.talflow.tal.semantics;

import io.talflow.tal.model.Retry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** How long an invocation waits before it is tried again. */
final class Backoff {
    private Backoff() {}

    /**
     * {@code min(maxDelay, interval · backoffRate^retry)}; with full jitter a uniform part of it, drawn from firing and
     * attempt, so that a replay waits as long.
     *
     * @param retry first retry of the entry is 0
     * @return microseconds
     * @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Exponential backoff and
     *     jitter</a>
     */
    static long micros(Retry entry, int retry, String firing, int attempt) {
        double longest = entry.maxDelay().map(delay -> delay.toMillis() * 1e3).orElse(Double.MAX_VALUE);
        double most = Math.min(longest, entry.interval().toMillis() * 1e3 * Math.pow(entry.backoffRate(), retry));
        double part = entry.jitter() ? uniform(firing + "/" + attempt) : 1;
        return (long) Math.min(most * part, Long.MAX_VALUE / 4.0);
    }

    /**
     * How long the failed function asked to be left alone; it bounds the wait from below.
     *
     * @param millis of the failure's event; anything but a positive number asks for nothing
     * @return microseconds, at most those of {@link Retry#MAX_RETRY_AFTER}
     */
    static long askedMicros(Object millis) {
        return millis instanceof Long asked
                ? Math.max(0, Math.min(asked, Retry.MAX_RETRY_AFTER.toMillis())) * 1_000
                : 0;
    }

    /** In [0, 1). */
    private static double uniform(String seed) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8));
            return (ByteBuffer.wrap(sha).getLong() >>> 11) * 0x1.0p-53;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
