package io.talflow.flink.job;

import static org.apache.flink.connector.kafka.source.KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS;

import io.talflow.flink.route.IngressTopics;
import io.talflow.flink.wire.KafkaOut;
import io.talflow.flink.wire.Outgoing;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Sources and the one sink. At least once is enough: everything written has an id that its reader knows again. */
final class KafkaConnections {
    private static final String DISCOVERY_MILLIS = "1000";
    private static final String MAX_RECORD_BYTES = Integer.toString(20 << 20);
    private final StreamExecutionEnvironment env;
    private final String servers;

    KafkaConnections(StreamExecutionEnvironment env, JobOptions options) {
        this.env = env;
        this.servers = options.kafka();
    }

    /** A topic from its beginning, or from where the checkpoint was. */
    <T> DataStream<T> source(String topic, String name, KafkaRecordDeserializationSchema<T> reader) {
        return source(
                builder(name, reader).setTopics(topic).setStartingOffsets(OffsetsInitializer.earliest()), name, reader);
    }

    /**
     * The ingress topics. A job that starts without a checkpoint goes on where the group was: what it routed is in the
     * log, which it reads from the beginning.
     */
    <T> DataStream<T> ingress(String name, KafkaRecordDeserializationSchema<T> reader) {
        return source(
                builder(name, reader)
                        .setKafkaSubscriber(new IngressTopics(servers))
                        .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
                        .setProperty(PARTITION_DISCOVERY_INTERVAL_MS.key(), DISCOVERY_MILLIS),
                name,
                reader);
    }

    private <T> KafkaSourceBuilder<T> builder(String name, KafkaRecordDeserializationSchema<T> reader) {
        return KafkaSource.<T>builder()
                .setBootstrapServers(servers)
                .setGroupId("talflow-" + name)
                .setClientIdPrefix("talflow-" + name)
                .setDeserializer(reader)
                .setProperty(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, "1")
                .setProperty(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "2000");
    }

    private <T> DataStream<T> source(
            KafkaSourceBuilder<T> source, String name, KafkaRecordDeserializationSchema<T> reader) {
        return env.fromSource(source.build(), WatermarkStrategy.noWatermarks(), name, reader.getProducedType())
                .uid(name + "-source-v1");
    }

    void sink(DataStream<Outgoing> records) {
        Properties producer = new Properties();
        producer.setProperty(ProducerConfig.ACKS_CONFIG, "all");
        producer.setProperty(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        producer.setProperty(ProducerConfig.LINGER_MS_CONFIG, "0");
        producer.setProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES);
        producer.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        records.sinkTo(KafkaSink.<Outgoing>builder()
                        .setBootstrapServers(servers)
                        .setKafkaProducerConfig(producer)
                        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                        .setRecordSerializer(new KafkaOut())
                        .build())
                .uid("kafka-sink-v1")
                .name("kafka");
    }
}
