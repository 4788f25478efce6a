package io.talflow.flink.wire;

import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.semantics.Effect;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A record to write; the partition follows from the key. */
public record Outgoing(String topic, byte[] key, byte[] value, Map<String, byte[]> headers) {
    private static final Map<String, byte[]> STRUCTURED =
            Map.of("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
    private static final Map<String, byte[]> JSON =
            Map.of("content-type", "application/json".getBytes(StandardCharsets.UTF_8));

    /** An event for the log, on its task's home partition. */
    public static Outgoing log(TalEvent event) {
        return event(Topics.EVENTS, event);
    }

    /** An event for a topic of the outside, keyed by the task it comes from. */
    public static Outgoing event(String topic, TalEvent event) {
        return new Outgoing(topic, bytes(event.task()), event.data(), CloudEventCodec.headers(event));
    }

    /** The status of a task or an invocation, as a structured CloudEvent. */
    public static Outgoing status(Effect.Status status) {
        TalEvent event = new TalEvent(
                status.key() + "#" + status.data().get("revision"),
                "/talflow/job",
                status.type(),
                "",
                TalEvent.Kind.CONTROL,
                status.task(),
                "",
                0,
                Map.of(),
                null);
        byte[] value = CloudEventCodec.structuredBytes(event, status.data());
        return new Outgoing(Topics.TASKS, bytes(status.key()), value, STRUCTURED);
    }

    public static Outgoing json(String topic, String key, byte[] value) {
        return new Outgoing(topic, bytes(key), value, JSON);
    }

    /** What cannot be processed: the original bytes and headers, and why. */
    public static Outgoing deadLetter(RawRecord record, String code, String reason) {
        Map<String, byte[]> headers = new HashMap<>(record.headers());
        headers.put("talflow-code", bytes(code));
        headers.put("talflow-reason", bytes(reason));
        headers.put("talflow-topic", bytes(record.topic()));
        headers.put("talflow-partition", bytes(Integer.toString(record.partition())));
        headers.put("talflow-offset", bytes(Long.toString(record.offset())));
        return new Outgoing(Topics.DEAD_LETTERS, record.key(), record.value(), headers);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
