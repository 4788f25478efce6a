package io.talflow.eval;

import java.nio.file.Path;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The bare loop's Flink half: source, keyBy, one RocksDB state, one HTTP call an event. */
final class FloorJob {
    private static final long CHECKPOINT_MILLIS = 1000;

    private FloorJob() {}

    /** Starts the job in this process. */
    static JobClient start(String bootstrap, String gateway, int hops, int parallelism, Path checkpoints)
            throws Exception {
        StreamExecutionEnvironment env = environment(parallelism, checkpoints);
        source(env, bootstrap, Floor.EVENTS, new Reading())
                .keyBy(FloorEvent::task)
                .process(new FloorFunction(gateway, hops))
                .sinkTo(sink(bootstrap, Floor.ENDS));
        return env.executeAsync("floor");
    }

    /** RocksDB and a checkpoint each second; no record waits for its buffer to fill. */
    static StreamExecutionEnvironment environment(int parallelism, Path checkpoints) {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration(checkpoints));
        env.setBufferTimeout(0);
        env.enableCheckpointing(CHECKPOINT_MILLIS);
        return env;
    }

    static DataStream<FloorEvent> source(
            StreamExecutionEnvironment env,
            String bootstrap,
            String topic,
            KafkaRecordDeserializationSchema<FloorEvent> reading) {
        KafkaSource<FloorEvent> source = KafkaSource.<FloorEvent>builder()
                .setBootstrapServers(bootstrap)
                .setTopics(topic)
                .setGroupId("floor")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(reading)
                .build();
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), topic);
    }

    static KafkaSink<FloorEvent> sink(String bootstrap, String topic) {
        return KafkaSink.<FloorEvent>builder()
                .setBootstrapServers(bootstrap)
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setProperty("linger.ms", "0")
                .setProperty("acks", "all")
                .setRecordSerializer(new Writing(topic))
                .build();
    }

    private static Configuration configuration(Path checkpoints) {
        Configuration configuration = new Configuration();
        configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(128));
        configuration.set(RestOptions.BIND_PORT, "0");
        return configuration;
    }

    static final class Reading implements KafkaRecordDeserializationSchema<FloorEvent> {
        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<FloorEvent> out) {
            out.collect(FloorEvent.of(record.key(), record.value()));
        }

        @Override
        public TypeInformation<FloorEvent> getProducedType() {
            return TypeInformation.of(FloorEvent.class);
        }
    }

    private static final class Writing implements KafkaRecordSerializationSchema<FloorEvent> {
        private static final long serialVersionUID = 1L;
        private final String topic;

        Writing(String topic) {
            this.topic = topic;
        }

        @Override
        public ProducerRecord<byte[], byte[]> serialize(FloorEvent event, KafkaSinkContext context, Long timestamp) {
            return new ProducerRecord<>(topic, event.key(), event.value());
        }
    }
}
