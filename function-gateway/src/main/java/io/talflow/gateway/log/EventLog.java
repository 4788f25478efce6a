package io.talflow.gateway.log;

import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes to Kafka. A future completes when all in-sync replicas have the record. */
public final class EventLog implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;

    public EventLog(String bootstrap) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", "all");
        settings.put("enable.idempotence", true);
        settings.put("linger.ms", 0);
        // What comes while a request is under way goes with the next: fewer requests under load, no wait without.
        settings.put("max.in.flight.requests.per.connection", 1);
        settings.put("max.request.size", 20 * 1024 * 1024);
        settings.put("max.block.ms", 20_000);
        settings.put("delivery.timeout.ms", 30_000);
        settings.put("request.timeout.ms", 10_000);
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Appends an event to the log of its task. Blocks while the topic's metadata is unknown. */
    public CompletableFuture<RecordMetadata> append(TalEvent event) {
        return send(Topics.EVENTS, utf8(event.task()), event.data(), CloudEventCodec.headers(event));
    }

    /** Writes an event of somebody else's to the ingress, keyed by its task if it names one. */
    public CompletableFuture<RecordMetadata> ingress(TalEvent event) {
        byte[] key = event.task().isEmpty() ? null : utf8(event.task());
        return send(Topics.IN, key, event.data(), CloudEventCodec.headers(event));
    }

    /** Writes a record of a compacted topic; a null value deletes the key. */
    public CompletableFuture<RecordMetadata> put(String topic, String key, byte[] value) {
        return send(topic, utf8(key), value, Map.of());
    }

    /**
     * Sends a dead letter's original once more.
     *
     * @param topic its {@link DeadLetter#home}
     */
    public CompletableFuture<RecordMetadata> again(String topic, DeadLetter letter) {
        return send(topic, letter.key(), letter.value(), letter.headers());
    }

    private CompletableFuture<RecordMetadata> send(
            String topic, byte[] key, byte[] value, Map<String, byte[]> attributes) {
        List<Header> headers = attributes.entrySet().stream()
                .<Header>map(header -> new RecordHeader(header.getKey(), header.getValue()))
                .toList();
        return send(topic, key, value, headers);
    }

    private CompletableFuture<RecordMetadata> send(String topic, byte[] key, byte[] value, List<Header> headers) {
        CompletableFuture<RecordMetadata> written = new CompletableFuture<>();
        try {
            Future<?> unused =
                    producer.send(new ProducerRecord<>(topic, null, key, value, headers), (metadata, error) -> {
                        if (error == null) {
                            written.complete(metadata);
                        } else {
                            written.completeExceptionally(new LogUnavailable("cannot write to " + topic, error));
                        }
                    });
        } catch (KafkaException | IllegalStateException e) {
            written.completeExceptionally(new LogUnavailable("cannot write to " + topic, e));
        }
        return written;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
