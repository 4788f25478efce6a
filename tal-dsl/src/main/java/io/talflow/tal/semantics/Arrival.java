package io.talflow.tal.semantics;

/**
 * What a node of an expression sees of an event: which of its parts happened. Numbering makes joins linear: the set of
 * filled slots is kept beside the pattern, and only the arrival that completes it carries the flag.
 *
 * @param slot the part, 0-based; {@link #OPENING} or {@link #OTHER}
 * @param number of the arrival at its node, so that a match can name its arrivals; 0 where nobody asks
 * @param timeMicros log time in microseconds; never less than that of an arrival before
 * @param complete whether the node has all it waits for with this arrival
 */
public record Arrival(int slot, int number, long timeMicros, boolean complete) {
    /** The window of a set has opened. */
    public static final int OPENING = -1;
    /** Something else happened in the task, which breaks what must be contiguous. */
    public static final int OTHER = -2;
}
