package io.talflow.gateway.log;

import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A record of {@code tal.dead-letters}: an original's key, headers and bytes, with headers that say what was wrong. */
public final class DeadLetter {
    private static final String OWN = "talflow-";
    /** What only the engine writes but for the log, and nothing is read from into dead letters. */
    private static final Set<String> NEVER_AGAIN =
            Set.of(Topics.DEFINITIONS, Topics.TASKS, Topics.HISTORY, Topics.REPLIES, Topics.DEAD_LETTERS);

    private final ConsumerRecord<byte[], byte[]> record;
    private final Map<String, byte[]> headers = new LinkedHashMap<>();

    DeadLetter(ConsumerRecord<byte[], byte[]> record) {
        this.record = record;
        record.headers().forEach(header -> headers.put(header.key(), header.value()));
    }

    /** The original's; null if it had none. */
    byte[] key() {
        return record.key();
    }

    byte[] value() {
        return record.value();
    }

    /** The original's headers, as they were. */
    List<Header> headers() {
        return StreamSupport.stream(record.headers().spliterator(), false)
                .filter(header -> !header.key().startsWith(OWN))
                .toList();
    }

    /**
     * The topic to send the original to once more: the one it came from. To the log goes only what is under its task's key,
     * else it would be a dead letter again at once; the rest of the log's go to the ingress. Empty: nowhere.
     */
    public Optional<String> home() {
        String topic = own("topic");
        if (topic.isEmpty() || NEVER_AGAIN.contains(topic)) {
            return Optional.empty();
        }
        return Optional.of(topic.equals(Topics.EVENTS) && !underItsTask() ? Topics.IN : topic);
    }

    private boolean underItsTask() {
        Map<String, byte[]> original = new HashMap<>();
        headers().forEach(header -> original.put(header.key(), header.value()));
        try {
            String task = CloudEventCodec.decode(original, value()).task();
            return !task.isEmpty() && Arrays.equals(task.getBytes(StandardCharsets.UTF_8), key());
        } catch (CloudEventCodec.MalformedEvent e) {
            return false;
        }
    }

    /**
     * {@code {offset, time, code, reason, topic, partition, originalOffset, key?, headers, value | valueBase64, bytes,
     * truncated?}}.
     *
     * @param most characters of text, or bytes, of the value that are shown
     */
    public Map<String, Object> json(int most) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("offset", record.offset());
        json.put("time", record.timestamp());
        json.put("code", own("code"));
        json.put("reason", own("reason"));
        json.put("topic", own("topic"));
        json.put("partition", number("partition"));
        json.put("originalOffset", number("offset"));
        if (key() != null) {
            json.put("key", new String(key(), StandardCharsets.UTF_8));
        }
        Map<String, Object> originals = new LinkedHashMap<>();
        headers().forEach(header -> originals.put(header.key(), header.value() == null ? null : text(header.value())));
        json.put("headers", originals);
        byte[] value = value() == null ? new byte[0] : value();
        show(json, value, most);
        json.put("bytes", (long) value.length);
        return json;
    }

    private static void show(Map<String, Object> json, byte[] value, int most) {
        Optional<String> decoded = decode(value);
        boolean truncated;
        if (decoded.isPresent()) {
            String text = decoded.get();
            truncated = text.length() > most;
            json.put(
                    "value",
                    truncated
                            ? text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most)
                            : text);
        } else {
            truncated = value.length > most;
            json.put("valueBase64", Base64.getEncoder().encodeToString(truncated ? Arrays.copyOf(value, most) : value));
        }
        if (truncated) {
            json.put("truncated", true);
        }
    }

    private static Optional<String> decode(byte[] value) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private String own(String name) {
        byte[] value = headers.get(OWN + name);
        return value == null ? "" : text(value);
    }

    /** -1 if it is none. */
    private long number(String name) {
        try {
            return Long.parseLong(own(name));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static String text(byte[] value) {
        return new String(value, StandardCharsets.UTF_8);
    }
}
