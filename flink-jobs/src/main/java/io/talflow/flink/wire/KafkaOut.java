package io.talflow.flink.wire;

import io.talflow.tal.event.Topics;
import java.util.Arrays;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Writes {@link Outgoing} records, partitioned as every Kafka client partitions keys, but the status of an invocation: that
 * goes to the partition of its task's, so that what a task reports is one append, read in its order.
 */
public final class KafkaOut implements KafkaRecordSerializationSchema<Outgoing> {
    private static final long serialVersionUID = 1L;

    @Override
    public ProducerRecord<byte[], byte[]> serialize(Outgoing record, KafkaSinkContext context, Long timestamp) {
        RecordHeaders headers = new RecordHeaders();
        record.headers().forEach(headers::add);
        Integer partition = record.topic().equals(Topics.TASKS) ? home(record.key(), context) : null;
        return new ProducerRecord<>(record.topic(), partition, null, record.key(), record.value(), headers);
    }

    private static int home(byte[] key, KafkaSinkContext context) {
        int end = 0;
        while (end < key.length && key[end] != '@') { // ends the task in a firing's id
            end++;
        }
        byte[] task = end == key.length ? key : Arrays.copyOf(key, end);
        return BuiltInPartitioner.partitionForKey(task, context.getPartitionsForTopic(Topics.TASKS).length);
    }
}
