package io.talflow.eval;

import java.util.List;
import org.HdrHistogram.Histogram;

/** Durations, kept in microseconds with three digits; read in milliseconds. */
final class Latencies {
    private static final long MOST_MICROS = 600_000_000L;

    private final Histogram micros = new Histogram(MOST_MICROS, 3);

    void add(long nanos) {
        micros.recordValue(Math.min(MOST_MICROS, Math.max(0, nanos / 1000)));
    }

    double millis(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1000.0;
    }

    /** Task times and the times of their hops. */
    record Chains(Latencies tasks, Latencies hops) {
        Chains() {
            this(new Latencies(), new Latencies());
        }

        void add(Trace trace) {
            tasks.add(trace.taskNanos());
            trace.hopNanos().forEach(hops::add);
        }
    }

    /**
     * One task as a client saw it.
     *
     * @param taskNanos from the call that sent its start event until its end was read
     * @param hopNanos between the readings of consecutive events of its log
     */
    record Trace(long taskNanos, List<Long> hopNanos) {}
}
