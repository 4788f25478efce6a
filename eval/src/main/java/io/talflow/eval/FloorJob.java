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
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration(checkpoints));
        env.setBufferTimeout(0);
        env.enableCheckpointing(CHECKPOINT_MILLIS);
        KafkaSource<FloorEvent> source = KafkaSource.<FloorEvent>builder()
                .setBootstrapServers(bootstrap)
                .setTopics(Floor.EVENTS)
                .setGroupId("floor")
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new Reading())
                .build();
        KafkaSink<FloorEvent> sink = KafkaSink.<FloorEvent>builder()
                .setBootstrapServers(bootstrap)
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setProperty("linger.ms", "0")
                .setProperty("acks", "all")
                .setRecordSerializer(new Writing())
                .build();
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "log")
                .keyBy(FloorEvent::task)
                .process(new FloorFunction(gateway, hops))
                .sinkTo(sink);
        return env.executeAsync("floor");
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

    private static final class Reading implements KafkaRecordDeserializationSchema<FloorEvent> {
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

        @Override
        public ProducerRecord<byte[], byte[]> serialize(FloorEvent event, KafkaSinkContext context, Long timestamp) {
            return new ProducerRecord<>(Floor.ENDS, event.key(), event.value());
        }
    }
}
