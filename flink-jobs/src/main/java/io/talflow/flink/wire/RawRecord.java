package io.talflow.flink.wire;

import java.util.Map;

/**
 * A Kafka record as it came: what a dead letter needs of it.
 *
 * @param key null if the record has none
 * @param value null for a tombstone
 * @param headers of a repeated header the last
 */
public record RawRecord(
        String topic,
        int partition,
        long offset,
        long timeMillis,
        byte[] key,
        byte[] value,
        Map<String, byte[]> headers) {}
