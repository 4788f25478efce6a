package io.talflow.flink.wire;

/**
 * Firings of a node whose end is not known, as a savepoint keeps them.
 *
 * @param node its id; empty: the gateway the job was started with
 * @param instance identity of the journal that has them; empty: not known
 * @param firings packed
 */
public record NodeFirings(String node, String instance, byte[] firings) {}
