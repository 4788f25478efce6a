package io.talflow.flink.job;

import static org.apache.flink.connector.kafka.source.KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS;

import io.talflow.flink.emit.BrokerTopics;
import io.talflow.flink.emit.TopicGuard;
import io.talflow.flink.route.IngressTopics;
import io.talflow.flink.wire.KafkaOut;
import io.talflow.flink.wire.Outgoing;
import io.talflow.tal.event.Topics;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Sources and sinks. At least once is enough: everything written has an id that its reader knows again. */
final class KafkaConnections {
    private static final String DISCOVERY_MILLIS = "1000";
    private static final String MAX_RECORD_BYTES = Integer.toString(20 << 20);
    /** A partition of the log that had nothing for so long holds the log's time back no more. */
    private static final Duration IDLE = Duration.ofMinutes(1);
    /** Emitted events whose topic is being looked up. */
    private static final int LOOKED_UP = 1_000;

    private static final Duration LOOK_UP = Duration.ofSeconds(30);

    private final StreamExecutionEnvironment env;
    private final String servers;

    KafkaConnections(StreamExecutionEnvironment env, JobOptions options) {
        this.env = env;
        this.servers = options.kafka();
    }

    /** A topic from its beginning, or from where the checkpoint was. */
    <T> DataStream<T> source(String topic, String name, KafkaRecordDeserializationSchema<T> reader) {
        return source(fromBeginning(topic, name, reader), name, reader, WatermarkStrategy.noWatermarks());
    }

    /**
     * The log, with the time it has been read up to as its watermark: the least of its partitions' but those that are idle.
     * Append times do not step back but for a broker's clock, and what looks at them has a day to spare.
     */
    <T> DataStream<T> log(KafkaRecordDeserializationSchema<T> reader) {
        return source(
                fromBeginning(Topics.EVENTS, "log", reader),
                "log",
                reader,
                WatermarkStrategy.<T>forMonotonousTimestamps().withIdleness(IDLE));
    }

    private <T> KafkaSourceBuilder<T> fromBeginning(
            String topic, String name, KafkaRecordDeserializationSchema<T> reader) {
        return builder(name, reader).setTopics(topic).setStartingOffsets(OffsetsInitializer.earliest());
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
                reader,
                WatermarkStrategy.noWatermarks());
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
            KafkaSourceBuilder<T> source,
            String name,
            KafkaRecordDeserializationSchema<T> reader,
            WatermarkStrategy<T> watermarks) {
        return env.fromSource(source.build(), watermarks, name, reader.getProducedType())
                .uid(name + "-source-v1");
    }

    /** Events for topics of the outside; what is for one that does not exist becomes a dead letter. */
    DataStream<Outgoing> guarded(DataStream<Outgoing> emitted) {
        String brokers = servers;
        return AsyncDataStream.orderedWait(
                        emitted,
                        new TopicGuard(() -> new BrokerTopics(brokers)),
                        LOOK_UP.toMillis(),
                        TimeUnit.MILLISECONDS,
                        LOOKED_UP)
                .uid("topic-guard-v1")
                .name("topic-guard");
    }

    void sink(String name, DataStream<Outgoing> records) {
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
                .uid(name + "-sink-v1")
                .name(name);
    }
}
