package io.talflow.flink.route;

import io.talflow.tal.Json;
import io.talflow.tal.event.Topics;
import io.talflow.tal.importer.Formats;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics whose events the router reads: {@code tal.in} and every one that a known workflow's {@code events} name, from
 * the moment it exists. The engine's own topics are none, whatever a workflow says: its events would go round in a circle.
 *
 * <p>Asked at every discovery; reads definitions only if there are new ones, with a consumer that lives as long as that
 * takes, since nobody tells a subscriber when it ends.
 */
public final class IngressTopics implements KafkaSubscriber {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(IngressTopics.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String servers;
    private transient Map<TopicPartition, Long> read;
    private transient Set<String> topics;
    private transient Set<TopicPartition> last;

    /** @param servers Kafka bootstrap servers */
    public IngressTopics(String servers) {
        this.servers = servers;
    }

    @Override
    public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
        if (read == null) {
            read = new HashMap<>();
            topics = new TreeSet<>(Set.of(Topics.IN));
        }
        try {
            follow(admin);
            last = partitions(admin, topics);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlinkRuntimeException("interrupted while finding ingress topics", e);
        } catch (ExecutionException | RuntimeException e) {
            if (last == null) {
                throw new FlinkRuntimeException("cannot find the ingress topics on " + servers, e);
            }
            LOG.warn("cannot look for new ingress topics on {}: {}", servers, e.toString());
        }
        return last;
    }

    /** Reads the definitions that have come since the last time. */
    private void follow(AdminClient admin) throws ExecutionException, InterruptedException {
        Set<TopicPartition> definitions = partitions(admin, Set.of(Topics.DEFINITIONS));
        Map<TopicPartition, OffsetSpec> latest =
                definitions.stream().collect(Collectors.toMap(partition -> partition, any -> OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(latest).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
        if (ends.equals(read)) {
            return;
        }
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                servers,
                "client.id",
                "talflow-ingress-topics",
                "max.partition.fetch.bytes",
                1 << 20);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(definitions);
            consumer.seekToBeginning(definitions);
            read.forEach(consumer::seek);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> definition : consumer.poll(POLL)) {
                    topics.addAll(named(definition.key(), definition.value()));
                }
            }
            definitions.forEach(partition -> read.put(partition, consumer.position(partition)));
        }
    }

    /** The topics a definition names; none if it is no definition. */
    static Set<String> named(byte[] key, byte[] value) {
        Set<String> named = new HashSet<>();
        if (key == null || value == null || !new String(key, StandardCharsets.UTF_8).contains("@")) {
            return named;
        }
        try {
            Map<String, Object> definition = Json.parseObject(value);
            byte[] text = String.valueOf(definition.get("text")).getBytes(StandardCharsets.UTF_8);
            Formats.load(String.valueOf(definition.get("file")), text)
                    .events()
                    .values()
                    .forEach(event ->
                            event.topic().filter(IngressTopics::isForeign).ifPresent(named::add));
        } catch (RuntimeException e) {
            LOG.debug("definition {} names no topics: {}", new String(key, StandardCharsets.UTF_8), e.getMessage());
        }
        return named;
    }

    private static boolean isForeign(String topic) {
        return !topic.startsWith("tal.") && !topic.startsWith("__");
    }

    private static Set<TopicPartition> partitions(AdminClient admin, Set<String> topics)
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
