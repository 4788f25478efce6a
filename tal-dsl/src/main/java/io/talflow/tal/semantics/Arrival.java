package io.talflow.tal.semantics;

/**
 * What a node of an expression sees of an event: which of its parts happened. Numbering makes joins linear: the set of
 * filled slots is kept beside the pattern, and only the arrival that completes it carries the flag.
 *
 * @param slot the part, 0-based
 * @param timeMicros log time in microseconds, strictly increasing per task
 * @param complete whether every slot is filled with this arrival
 */
public record Arrival(int slot, long timeMicros, boolean complete) {}
