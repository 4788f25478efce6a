package io.talflow.flink.wire;

/**
 * A record of {@code tal.definitions}.
 *
 * @param key {@code name} or {@code name@version}
 * @param value JSON; empty for a deletion
 */
public record DefinitionRecord(String key, byte[] value) {}
