package io.talflow.gateway.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Reads what is there of partitions, from one offset to another; for one request. Fails with {@link LogUnavailable}. */
public final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(15).toNanos();

    private final KafkaConsumer<byte[], byte[]> consumer;

    public TopicReader(String bootstrap) {
        consumer = TopicTail.consumer(TopicTail.consumerSettings(bootstrap));
    }

    /** The first offset that is still there. */
    public long begin(TopicPartition partition) {
        return asked(
                partition, () -> consumer.beginningOffsets(List.of(partition)).get(partition));
    }

    /** The offset after the last record. */
    public long end(TopicPartition partition) {
        return asked(partition, () -> consumer.endOffsets(List.of(partition)).get(partition));
    }

    /** The first offset with a time at or after; empty if there is none. */
    public OptionalLong at(TopicPartition partition, long epochMillis) {
        OffsetAndTimestamp found = asked(
                partition,
                () -> consumer.offsetsForTimes(Map.of(partition, Math.max(0, epochMillis)))
                        .get(partition));
        return found == null ? OptionalLong.empty() : OptionalLong.of(found.offset());
    }

    /**
     * Reads in order of offsets.
     *
     * @param to excluded
     * @param reader false when it has enough
     */
    public void read(TopicPartition partition, long from, long to, Predicate<ConsumerRecord<byte[], byte[]>> reader) {
        asked(partition, () -> {
            consumer.seek(partition, from);
            long progressed = System.nanoTime();
            while (consumer.position(partition) < to) {
                List<ConsumerRecord<byte[], byte[]>> records =
                        consumer.poll(POLL).records(partition);
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    if (record.offset() >= to || !reader.test(record)) {
                        return null;
                    }
                }
                if (!records.isEmpty()) {
                    progressed = System.nanoTime();
                } else if (System.nanoTime() - progressed > PATIENCE_NANOS) {
                    throw new LogUnavailable("cannot read " + partition + ": nothing comes", null);
                }
            }
            return null;
        });
    }

    /**
     * What is there now under a key, in order of offsets.
     *
     * @param limit bound on records; the rest is left off
     */
    public List<ConsumerRecord<byte[], byte[]>> records(TopicPartition partition, long from, String key, int limit) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        read(partition, from, end(partition), record -> {
            if (Arrays.equals(bytes, record.key())) {
                records.add(record);
            }
            return records.size() < limit;
        });
        return records;
    }

    /** The partition of a topic that Kafka's own partitioner gives a key. */
    public TopicPartition home(String topic, String key) {
        try {
            List<PartitionInfo> partitions = consumer.partitionsFor(topic);
            if (partitions == null || partitions.isEmpty()) {
                throw new LogUnavailable("there is no topic " + topic, null);
            }
            return new TopicPartition(
                    topic, BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), partitions.size()));
        } catch (KafkaException e) {
            throw new LogUnavailable("cannot read %s: %s".formatted(topic, e.getMessage()), e);
        }
    }

    private interface Question<T> {
        T ask();
    }

    private <T> T asked(TopicPartition partition, Question<T> question) {
        try {
            consumer.assign(List.of(partition));
            return question.ask();
        } catch (KafkaException e) {
            throw new LogUnavailable("cannot read %s: %s".formatted(partition, e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
