package io.talflow.tal.semantics;

/**
 * Says whether an arrival makes a node's pattern match. The one seam between the semantics and what decides a match:
 * Flink's NFA in the job, {@link PlainMatcher} in the interpreter. They must agree on every input.
 */
public interface Matcher {
    /**
     * @param memory what the last call for this node returned; null at first
     * @param arrival later than any arrival this node has seen
     */
    Step offer(Shape shape, byte[] memory, Arrival arrival);

    /** The outcome; {@code memory} is kept for the node's next arrival, null if there is nothing to remember. */
    record Step(boolean matched, byte[] memory) {}
}
