package io.talflow.flink.wire;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Readers of Kafka records; none of them can fail, whatever the bytes. */
public final class KafkaIn {
    private KafkaIn() {}

    public static KafkaRecordDeserializationSchema<RawRecord> raw() {
        return new Raw();
    }

    public static KafkaRecordDeserializationSchema<DefinitionRecord> definitions() {
        return new Definitions();
    }

    /** A record of {@code tal.definitions}; empty if it has no key and so says nothing. */
    public static Optional<DefinitionRecord> definition(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return Optional.empty();
        }
        return Optional.of(new DefinitionRecord(
                new String(record.key(), StandardCharsets.UTF_8),
                record.value() == null ? new byte[0] : record.value(),
                record.partition(),
                record.offset(),
                record.timestamp()));
    }

    private static final class Raw implements KafkaRecordDeserializationSchema<RawRecord> {
        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRecord> out) {
            Map<String, byte[]> headers = new HashMap<>();
            for (Header header : record.headers()) {
                if (header.value() != null) {
                    headers.put(header.key(), header.value());
                }
            }
            out.collect(new RawRecord(
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    record.timestamp(),
                    record.key(),
                    record.value(),
                    headers));
        }

        @Override
        public TypeInformation<RawRecord> getProducedType() {
            return FieldwiseType.RAW_RECORD;
        }
    }

    private static final class Definitions implements KafkaRecordDeserializationSchema<DefinitionRecord> {
        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<DefinitionRecord> out) {
            definition(record).ifPresent(out::collect);
        }

        @Override
        public TypeInformation<DefinitionRecord> getProducedType() {
            return TypeInformation.of(DefinitionRecord.class);
        }
    }
}
