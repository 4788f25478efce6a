package io.talflow.eval;

import io.talflow.tal.event.TaskId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The ingestion test's way with nothing of Talflow on it: a topic without keys, Flink, a log keyed by task, Flink again with one
 * RocksDB value a task that counts, and a topic of those that are complete.
 */
final class IngestFloor implements AutoCloseable {
    private static final String IN = "ingest-floor.in";
    private static final String LOG = "ingest-floor.log";
    private static final String FIRED = "ingest-floor.fired";
    private static final Duration LONGEST = Duration.ofMinutes(20);

    private final int tasks;
    private final int count;
    private final JobClient job;
    private final Load load;
    private final Tail tail;
    private volatile CountDownLatch fired = new CountDownLatch(0);
    private int rounds;

    private IngestFloor(int tasks, int count, JobClient job, Load load, String bootstrap) {
        this.tasks = tasks;
        this.count = count;
        this.job = job;
        this.load = load;
        this.tail = new Tail(bootstrap, List.of(FIRED), (record, nanos) -> fired.countDown());
    }

    /**
     * Starts the job in this process.
     *
     * @param tasks that count
     * @param count events that complete one
     * @param load what sends
     */
    static IngestFloor start(String bootstrap, int tasks, int count, int parallelism, Path checkpoints, Load load)
            throws Exception {
        Floor.topics(bootstrap, IN, LOG, FIRED);
        StreamExecutionEnvironment env = FloorJob.environment(parallelism, checkpoints);
        FloorJob.source(env, bootstrap, IN, new Addressed()).sinkTo(FloorJob.sink(bootstrap, LOG));
        FloorJob.source(env, bootstrap, LOG, new FloorJob.Reading())
                .keyBy(FloorEvent::task)
                .process(new Counting(count))
                .sinkTo(FloorJob.sink(bootstrap, FIRED));
        return new IngestFloor(tasks, count, env.executeAsync("ingest-floor"), load, bootstrap);
    }

    /** @return events per second, from the first sent to the last completion read */
    double run(int events) throws InterruptedException {
        CountDownLatch completions = new CountDownLatch(events / (tasks * count) * tasks);
        fired = completions;
        String round = "r" + ++rounds + "-";
        IntFunction<String> taskOf = at -> TaskId.of("floor", round + at % tasks);
        long began = System.nanoTime();
        load.send(IN, events, taskOf);
        tail.await(completions, LONGEST, () -> completions.getCount() + " completions are missing");
        return events / ((System.nanoTime() - began) / 1e9);
    }

    @Override
    public void close() throws Exception {
        tail.close();
        job.cancel().get(30, TimeUnit.SECONDS);
    }

    /** What sends the events of the ingestion test. */
    interface Load {
        /** @param taskOf by the event's number */
        void send(String topic, int events, IntFunction<String> taskOf);
    }

    /** Reads a record under the task that its event names. */
    private static final class Addressed implements KafkaRecordDeserializationSchema<FloorEvent> {
        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<FloorEvent> out) {
            Header task = record.headers().lastHeader("ce_taltask");
            out.collect(new FloorEvent(new String(task.value(), StandardCharsets.UTF_8), 0, record.value()));
        }

        @Override
        public TypeInformation<FloorEvent> getProducedType() {
            return TypeInformation.of(FloorEvent.class);
        }
    }

    /** Passes each so many-th event of a task on. */
    private static final class Counting extends KeyedProcessFunction<String, FloorEvent, FloorEvent> {
        private static final long serialVersionUID = 1L;
        private final int count;
        private transient ValueState<Integer> seen;

        Counting(int count) {
            this.count = count;
        }

        @Override
        public void open(OpenContext context) {
            seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Integer.class));
        }

        @Override
        public void processElement(FloorEvent event, Context context, Collector<FloorEvent> out) throws Exception {
            Integer before = seen.value();
            int now = before == null ? 1 : before + 1;
            seen.update(now % count);
            if (now == count) {
                out.collect(event);
            }
        }
    }
}
