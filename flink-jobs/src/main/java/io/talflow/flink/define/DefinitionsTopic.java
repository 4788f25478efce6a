package io.talflow.flink.define;

import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.KafkaIn;
import io.talflow.tal.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** {@code tal.definitions} up to its present end, read by a consumer that lives as long as that takes. */
public final class DefinitionsTopic implements DefinitionsReader {
    private static final long serialVersionUID = 1L;
    private static final Duration POLL = Duration.ofMillis(200);
    private final String servers;

    /** @param servers Kafka bootstrap servers */
    public DefinitionsTopic(String servers) {
        this.servers = servers;
    }

    @Override
    public List<DefinitionRecord> read() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers))) {
            return read(admin, new HashMap<>());
        }
    }

    /**
     * Reads what has come since the last time.
     *
     * @param next of each partition the offset to read next; moved on
     */
    public List<DefinitionRecord> read(Admin admin, Map<TopicPartition, Long> next)
            throws ExecutionException, InterruptedException {
        Set<TopicPartition> partitions = partitions(admin, Set.of(Topics.DEFINITIONS));
        Map<TopicPartition, OffsetSpec> latest =
                partitions.stream().collect(Collectors.toMap(partition -> partition, any -> OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(latest).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
        List<DefinitionRecord> records = new ArrayList<>();
        if (ends.equals(next)) {
            return records;
        }
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", servers, "client.id", "talflow-definitions", "max.partition.fetch.bytes", 1 << 20);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            next.forEach(consumer::seek);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    KafkaIn.definition(record).ifPresent(records::add);
                }
            }
            partitions.forEach(partition -> next.put(partition, consumer.position(partition)));
        }
        return records;
    }

    /** The partitions of those of the topics that exist. */
    public static Set<TopicPartition> partitions(Admin admin, Set<String> topics)
            throws ExecutionException, InterruptedException {
        Set<TopicPartition> partitions = new HashSet<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> described :
                admin.describeTopics(topics).topicNameValues().entrySet()) {
            try {
                for (TopicPartitionInfo partition : described.getValue().get().partitions()) {
                    partitions.add(new TopicPartition(described.getKey(), partition.partition()));
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
        return partitions;
    }
}
