package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.semantics.Effect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes to Kafka what the job would, as a test says. */
final class JobStandIn implements AutoCloseable {
    private final String bootstrap;
    private final KafkaProducer<byte[], byte[]> producer;

    JobStandIn(String bootstrap) {
        this.bootstrap = bootstrap;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Replies to the task's only query in the job's place. */
    void reply(String task, String rule, Object reply) throws Exception {
        TalEvent query = await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> logged(task).stream()
                                .filter(event -> event.type().equals(EventTypes.TASK_QUERY))
                                .toList(),
                        queries -> !queries.isEmpty())
                .get(0);
        Map<String, Object> asked = Json.parseObject(query.data());
        assertThat(asked).containsEntry("explain", rule);
        write(Topics.REPLIES, String.valueOf(asked.get("query")), Json.bytes(reply), Map.of());
    }

    /** What could not be processed, from a topic. */
    void deadLetter(String topic, String key, byte[] value, TalEvent original) throws Exception {
        Map<String, byte[]> headers = new LinkedHashMap<>(CloudEventCodec.headers(original));
        Map.of("code", "event/odd", "reason", "as a test wants it", "topic", topic, "partition", "0", "offset", "5")
                .forEach((name, text) -> headers.put("talflow-" + name, text.getBytes(StandardCharsets.UTF_8)));
        write(Topics.DEAD_LETTERS, key, value, headers);
    }

    RecordMetadata write(String topic, String key, byte[] value, Map<String, byte[]> headers) throws Exception {
        byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, bytes, value);
        headers.forEach(record.headers()::add);
        return producer.send(record).get();
    }

    /** What the job tells of a task; with an empty version it waits for its definition. */
    void status(String task, String version, int partition) throws Exception {
        status(task, version, partition, Map.of());
    }

    /** What the job tells of a task that has just completed. */
    void ended(String task, String version) throws Exception {
        status(task, version, 0, Map.of("status", "COMPLETED", "endedAt", System.currentTimeMillis()));
    }

    /** @param more fields of the status, instead of others */
    void status(String task, String version, int partition, Map<String, Object> more) throws Exception {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("task", task);
        status.put("workflow", "w");
        status.put("version", version);
        status.put("status", version.isEmpty() ? "WAITING" : "RUNNING");
        status.put("revision", 1L);
        status.put("partition", (long) partition);
        status.put("startOffset", 0L);
        status.put("startedAt", 0L);
        status.putAll(more);
        write(Topics.TASKS, task, Effect.Status.TASK, task, status);
    }

    /** What the job tells of an invocation that has completed on a node. */
    void ranOn(String task, String firing, String nodeId) throws Exception {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("task", task);
        status.put("firing", firing);
        status.put("node", "f");
        status.put("status", "COMPLETED");
        status.put("revision", 1L);
        status.put("wantedAt", 0L);
        status.put("nodeId", nodeId);
        write(Topics.TASKS, firing, Effect.Status.INVOCATION, task, status);
    }

    private void write(String topic, String key, String type, String task, Map<String, Object> status)
            throws Exception {
        TalEvent event = TalEvent.engine(key + "#1", "/talflow/job", type, task, status);
        write(
                topic,
                key,
                CloudEventCodec.structuredBytes(event),
                Map.of("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8)));
    }

    /** The log's events of a task. */
    List<TalEvent> logged(String task) {
        return LoggedEvents.all(bootstrap).stream()
                .filter(event -> event.task().equals(task))
                .toList();
    }

    @Override
    public void close() {
        producer.close();
    }
}
