package io.talflow.eval;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An event of the bare loop.
 *
 * @param hop calls made so far
 * @param body what each call carries
 */
@SuppressWarnings("ArrayRecordComponent") // what Flink and Kafka take
public record FloorEvent(String task, int hop, byte[] body) {
    static FloorEvent of(byte[] key, byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        int hop = in.getInt();
        byte[] body = new byte[in.remaining()];
        in.get(body);
        return new FloorEvent(new String(key, StandardCharsets.UTF_8), hop, body);
    }

    byte[] key() {
        return task.getBytes(StandardCharsets.UTF_8);
    }

    byte[] value() {
        return ByteBuffer.allocate(Integer.BYTES + body.length)
                .putInt(hop)
                .put(body)
                .array();
    }
}
