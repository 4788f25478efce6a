package io.talflow.flink.wire;

/**
 * A request that its node has not accepted yet, as a savepoint keeps it.
 *
 * @param node its id; empty: the gateway the job was started with
 */
public record NodeRequest(String node, Request request) {}
