package io.talflow.flink.job;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventSerializer;
import io.talflow.tal.Json;
import io.talflow.tal.event.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A user's producer: the plain CloudEvents SDK, which knows nothing of ours. */
final class Sdk implements AutoCloseable {
    private static final String STARTED = "io.talflow.task.started.v1";
    private final KafkaProducer<byte[], CloudEvent> producer;

    Sdk(LocalKafka kafka, Encoding encoding) {
        CloudEventSerializer events = new CloudEventSerializer();
        events.configure(
                Map.of(
                        "cloudevents.serializer.encoding",
                        encoding,
                        "cloudevents.serializer.event_format",
                        JsonFormat.CONTENT_TYPE),
                false);
        producer =
                new KafkaProducer<>(Map.of("bootstrap.servers", kafka.bootstrap()), new ByteArraySerializer(), events);
    }

    /**
     * Sends to {@code tal.in}.
     *
     * @param key null for none
     */
    void send(String key, CloudEvent event) throws Exception {
        send(Topics.IN, null, key, event);
    }

    /** @param partition null: as Kafka chooses */
    void send(String topic, Integer partition, String key, CloudEvent event) throws Exception {
        byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, partition, bytes, event)).get();
    }

    /** A start of task {@code workflow/key}, which the data names. */
    static CloudEvent start(String workflow, String key, Map<String, Object> input) {
        return event(STARTED, "start-" + key, "", Map.of("workflow", workflow, "key", key, "input", input));
    }

    /** @param task empty: no {@code taltask} attribute */
    static CloudEvent event(String type, String id, String task, Object data) {
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId(id)
                .withSource(URI.create("/test"))
                .withType(type)
                .withData("application/json", Json.bytes(data));
        return (task.isEmpty() ? event : event.withExtension("taltask", task)).build();
    }

    @Override
    public void close() {
        producer.close();
    }
}
