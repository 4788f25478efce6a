package io.talflow.tal.semantics;

/**
 * What a node of an expression sees of an event: which of its parts happened. Numbering makes joins linear: the set of
 * filled slots is kept beside the pattern, and only the arrival that completes it carries the flag.
 *
 * @param slots the parts it fills, as a bit set; of a set no pattern asks which; or {@link #OPENING} or {@link #OTHER}
 * @param number of the arrival at its node, so that a match can name its arrivals; 0 where nobody asks
 * @param timeMicros log time in microseconds; never less than that of an arrival before
 * @param complete whether the node has all it waits for with this arrival
 */
public record Arrival(long slots, int number, long timeMicros, boolean complete) {
    /** The window of a set has opened. */
    public static final long OPENING = Long.MIN_VALUE;
    /** Something else happened in the task, which breaks what must be contiguous. */
    public static final long OTHER = 0;

    /** The bit of a part; a sequence has fewer parts than a long has bits. */
    public static long slot(int part) {
        return 1L << part;
    }

    public boolean fills(int part) {
        return (slots & slot(part)) != 0;
    }

    public boolean opens() {
        return slots == OPENING;
    }
}
