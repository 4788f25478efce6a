package io.talflow.gateway.history;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.bundle.Definition;
import io.talflow.gateway.bundle.DefinitionReader;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.log.TaskEvents;
import io.talflow.gateway.log.TopicReader;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.Topics;
import io.talflow.tal.replay.History;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** A task's history read from Kafka alone, while neither gateway nor job runs. */
public final class KafkaHistory {
    private static final Map<String, byte[]> STRUCTURED =
            Map.of("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));

    private KafkaHistory() {}

    /**
     * Reads it.
     *
     * @throws GatewayFailure UNKNOWN_TASK, or as {@link TaskHistories#of}
     * @throws io.talflow.gateway.log.LogUnavailable if Kafka does not answer
     */
    public static History of(String bootstrap, String task) {
        Map<String, Object> status;
        Optional<Definition> definition;
        try (TopicReader reader = new TopicReader(bootstrap)) {
            status = status(reader, task);
            definition =
                    definition(reader, String.valueOf(status.get("workflow")), String.valueOf(status.get("version")));
        }
        return new TaskHistories(new TaskEvents(bootstrap))
                .of(status, (workflow, version) -> definition, Integer.MAX_VALUE);
    }

    /** What the job told last of the task; after a recovery older records may follow newer ones. */
    private static Map<String, Object> status(TopicReader reader, String task) {
        TopicPartition partition = reader.home(Topics.TASKS, task);
        List<Map<String, Object>> told = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record :
                reader.records(partition, reader.begin(partition), task, Integer.MAX_VALUE)) {
            if (record.value() != null) {
                told.add(Json.parseObject(
                        CloudEventCodec.decode(STRUCTURED, record.value()).data()));
            }
        }
        return told.stream()
                .max(Comparator.comparing((Map<String, Object> status) -> (Long) status.get("startOffset"))
                        .thenComparing(status -> (Long) status.get("revision")))
                .orElseThrow(() -> new GatewayFailure(GatewayError.UNKNOWN_TASK, "no task " + task));
    }

    private static Optional<Definition> definition(TopicReader reader, String workflow, String version) {
        DefinitionReader none = (file, text) -> {
            throw new IllegalStateException("only the text of %s is asked for".formatted(file));
        };
        Definitions definitions = new Definitions(none);
        String key = workflow + "@" + version;
        TopicPartition partition = new TopicPartition(Topics.DEFINITIONS, 0);
        reader.records(partition, reader.begin(partition), key, Integer.MAX_VALUE)
                .forEach(record -> definitions.apply(key, record.value(), record.offset()));
        return definitions.find(workflow, version);
    }
}
