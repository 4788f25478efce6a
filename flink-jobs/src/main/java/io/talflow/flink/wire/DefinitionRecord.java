package io.talflow.flink.wire;

/**
 * A record of {@code tal.definitions}.
 *
 * @param key {@code name} or {@code name@version}
 * @param value JSON; empty for a deletion
 * @param timeMillis as the topic has it
 */
public record DefinitionRecord(String key, byte[] value, int partition, long offset, long timeMillis) {
    /** Whether it is a version's definition; else it says which version is the current one. */
    public boolean ofVersion() {
        return key.contains("@");
    }

    /** The name of the workflow. */
    public String workflow() {
        return key.split("@", 2)[0];
    }
}
