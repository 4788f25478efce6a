package io.talflow.flink.wire;

import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Writes {@link Outgoing} records, partitioned as every Kafka client partitions keys. */
public final class KafkaOut implements KafkaRecordSerializationSchema<Outgoing> {
    private static final long serialVersionUID = 1L;

    @Override
    public ProducerRecord<byte[], byte[]> serialize(Outgoing record, KafkaSinkContext context, Long timestamp) {
        RecordHeaders headers = new RecordHeaders();
        record.headers().forEach(headers::add);
        return new ProducerRecord<>(record.topic(), null, null, record.key(), record.value(), headers);
    }
}
