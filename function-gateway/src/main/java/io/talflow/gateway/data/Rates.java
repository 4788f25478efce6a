package io.talflow.gateway.data;

import java.util.EnumMap;
import java.util.Map;

/**
 * How long transfers take, from what earlier ones took: a time that each has, and a rate that long ones have. Both are means in
 * which the latest counts a quarter.
 */
final class Rates {
    /** What was measured. */
    enum Kind {
        DIRECT,
        REMOTE_GET,
        REMOTE_PUT
    }

    /** Up to this size a transfer tells of the time that each has, bytes. */
    private static final long SHORT = 256 * 1024;

    private static final double LATEST = 0.25;
    private static final Measured UNKNOWN = new Measured(0.002, 300e6, false, false);

    private record Measured(double seconds, double bytesPerSecond, boolean timed, boolean rated) {
        Measured with(long bytes, double took) {
            if (bytes <= SHORT) {
                return new Measured(mean(timed, seconds, took), bytesPerSecond, true, rated);
            }
            double rate = bytes / Math.max(took - seconds, took / 2);
            return new Measured(seconds, mean(rated, bytesPerSecond, rate), timed, true);
        }

        private static double mean(boolean known, double before, double latest) {
            return known ? (1 - LATEST) * before + LATEST * latest : latest;
        }
    }

    private final Map<Kind, Measured> measured = new EnumMap<>(Kind.class);

    synchronized void took(Kind kind, long bytes, long nanos) {
        measured.merge(kind, UNKNOWN.with(bytes, nanos / 1e9), (before, first) -> before.with(bytes, nanos / 1e9));
    }

    /** What one of that size will take, seconds. */
    synchronized double seconds(Kind kind, long bytes) {
        Measured known = measured.getOrDefault(kind, UNKNOWN);
        return known.seconds() + bytes / known.bytesPerSecond();
    }
}
