package io.talflow.flink.route;

import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.RawRecord;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** CloudEvents of a user in the binary mode, and what is written for them in plain words. */
final class IngressRecords {
    private IngressRecords() {}

    /** @param attributes the further ones, by name */
    static RawRecord record(String topic, String type, String data, Map<String, String> attributes) {
        Map<String, byte[]> headers = new HashMap<>();
        put(headers, "ce_specversion", "1.0");
        put(headers, "ce_id", "1");
        put(headers, "ce_source", "/test");
        put(headers, "ce_type", type);
        put(headers, "content-type", "application/json");
        attributes.forEach((name, value) -> put(headers, "ce_" + name, value));
        return new RawRecord(topic, 0, 0, 0, null, data.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** {@code TYPE of TASK} of a record of the log, {@code CODE} of a dead letter. */
    static String told(Outgoing record) {
        return record.topic().equals("tal.events")
                ? header(record, "ce_type") + " of " + header(record, "ce_taltask")
                : header(record, "talflow-code");
    }

    /** Empty if there is none. */
    static String header(Outgoing record, String name) {
        byte[] value = record.headers().get(name);
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static void put(Map<String, byte[]> headers, String name, String value) {
        headers.put(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
