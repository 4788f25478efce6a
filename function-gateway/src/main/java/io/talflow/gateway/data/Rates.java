package io.talflow.gateway.data;

import java.util.EnumMap;
import java.util.Map;

/**
 * How long transfers take, from what earlier ones took: a time that each has, a mean in which the
 * latest counts a quarter, and a rate that long ones have, their bytes over their time, in which older ones count less and less.
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
    private static final Measured UNKNOWN = new Measured(0.002, false, 0, 0);
    private static final double UNKNOWN_RATE = 300e6;

    /**
     * @param seconds that each takes
     * @param bytes of long ones, older ones for less
     * @param busy seconds that those took beyond what each takes: a longer one tells more of the rate
     */
    private record Measured(double seconds, boolean timed, double bytes, double busy) {
        Measured with(long moved, double took) {
            if (moved <= SHORT) {
                return new Measured(timed ? (1 - LATEST) * seconds + LATEST * took : took, true, bytes, busy);
            }
            double moving = Math.max(took - seconds, took / 2);
            return new Measured(seconds, timed, (1 - LATEST) * bytes + moved, (1 - LATEST) * busy + moving);
        }

        double expected(long wanted) {
            return seconds + wanted / (busy > 0 ? bytes / busy : UNKNOWN_RATE);
        }
    }

    private final Map<Kind, Measured> measured = new EnumMap<>(Kind.class);

    synchronized void took(Kind kind, long bytes, long nanos) {
        measured.merge(kind, UNKNOWN.with(bytes, nanos / 1e9), (before, first) -> before.with(bytes, nanos / 1e9));
    }

    /** What one of that size will take, seconds. */
    synchronized double seconds(Kind kind, long bytes) {
        return measured.getOrDefault(kind, UNKNOWN).expected(bytes);
    }
}
