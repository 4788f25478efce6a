package io.talflow.tal.semantics;

import java.util.List;

/**
 * Says whether an arrival, or the passing of time, makes a node's pattern match. The one seam between the semantics and
 * what decides a match: Flink's NFA in the job, {@link PlainMatcher} in the interpreter. They must agree on every input.
 */
public interface Matcher {
    /**
     * Takes an arrival; ways that ended before it are dropped unseen.
     *
     * @param memory what the last call for this node returned; null at first
     */
    Step offer(Shape shape, byte[] memory, Arrival arrival);

    /**
     * Moves the pattern's clock: what is due by then ends or, of an ABSENT, matches.
     *
     * @param timeMicros not before any arrival this node has seen
     */
    Step advance(Shape shape, byte[] memory, long timeMicros);

    /**
     * The outcome.
     *
     * @param match the arrivals of the match in order; empty: no match
     * @param taken whether the arrival is part of something, a match or a way
     * @param timedOut number of ways whose window ended, by {@link #advance}
     * @param ways what is still open
     * @param memory to be kept for the node's next call; null if there is nothing to remember
     */
    record Step(List<Arrival> match, boolean taken, int timedOut, Ways ways, byte[] memory) {
        boolean matched() {
            return !match.isEmpty();
        }
    }

    /**
     * Partial matches.
     *
     * @param count how many
     * @param oldest the first arrival of the one that began first; null if there is none
     */
    record Ways(int count, Arrival oldest) {
        public static final Ways NONE = new Ways(0, null);
    }
}
