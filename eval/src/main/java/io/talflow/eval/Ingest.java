package io.talflow.eval;

import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Triggerflow's ingestion test: rules that each join so many events, and a producer that sends as fast as it can. The
 * events come in turn for each rule, by the ingress topic and without a key.
 */
final class Ingest implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(20);
    private static final String TYPE = "io.example.tick%d.v1";
    private static final String STARTED = "begin";
    private static final String RULE = "join";

    private final Embedded stack;
    private final int rules;
    private final int count;
    private final Embedded.Workflow oneRule;
    private final Embedded.Workflow allRules;
    private final Producer<byte[], byte[]> producer;
    private final Tail tail;
    private volatile CountDownLatch started = new CountDownLatch(0);
    private volatile CountDownLatch fired = new CountDownLatch(0);
    private int rounds;

    /**
     * Applies the workflows.
     *
     * @param rules how many
     * @param count events that each joins
     */
    Ingest(Embedded stack, int rules, int count) throws IOException, InterruptedException {
        this.stack = stack;
        this.rules = rules;
        this.count = count;
        this.oneRule = stack.apply("bench-ingest", text("bench-ingest", 1, count));
        this.allRules = stack.apply("bench-ingest-all", text("bench-ingest-all", rules, count));
        this.producer = producer(stack.kafka());
        this.tail = new Tail(stack.kafka(), List.of(Topics.HISTORY), this::seen);
    }

    private static String text(String workflow, int rules, int count) {
        StringBuilder events = new StringBuilder();
        StringBuilder joins = new StringBuilder();
        for (int rule = 0; rule < rules; rule++) {
            events.append("  tick%d: {type: %s}\n".formatted(rule, TYPE.formatted(rule)));
            joins.append(
                    "  - {id: %s%d, when: {count: %d, of: {event: tick%d}}, fires: each, do: {set: {last%d: \"${ event.id }\"}}}\n"
                            .formatted(RULE, rule, count, rule, rule));
        }
        return """
                tal: 1
                workflow: %s
                limits: {eventsPerSecond: 1000000}
                events:
                %srules:
                  - {id: %s, when: started, do: {set: {begun: true}}}
                %s""".formatted(workflow, events, STARTED, joins);
    }

    private static Producer<byte[], byte[]> producer(String bootstrap) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.LINGER_MS_CONFIG,
                        5,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        128 * 1024),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /**
     * One rule in each of many tasks.
     *
     * @return events per second, from the first sent to the last firing read
     */
    double overTasks(int events) throws InterruptedException {
        List<String> tasks = new ArrayList<>();
        rounds++;
        for (int task = 0; task < rules; task++) {
            tasks.add(TaskId.of(oneRule.name(), "r" + rounds + "-" + task));
        }
        return run(oneRule, tasks, events, at -> event(at, tasks.get(at % rules), 0));
    }

    /**
     * Every rule in one task.
     *
     * @return events per second
     */
    double inOneTask(int events) throws InterruptedException {
        String task = TaskId.of(allRules.name(), "r" + ++rounds);
        return run(allRules, List.of(task), events, at -> event(at, task, at % rules));
    }

    /** Sends CloudEvents of the first type to a topic, without keys. */
    void send(String topic, int events, IntFunction<String> taskOf) {
        for (int at = 0; at < events; at++) {
            send(topic, event(at, taskOf.apply(at), 0));
        }
    }

    private void send(String topic, TalEvent event) {
        Future<?> unused = producer.send(Embedded.record(topic, event));
    }

    private interface Events {
        TalEvent at(int number);
    }

    private double run(Embedded.Workflow workflow, List<String> tasks, int events, Events each)
            throws InterruptedException {
        started = new CountDownLatch(tasks.size());
        tasks.forEach(task -> stack.startTask(workflow, task, Map.of()));
        tail.await(started, LONGEST, () -> started.getCount() + " tasks have not started");
        CountDownLatch firings = new CountDownLatch(events / (rules * count) * rules);
        fired = firings;
        long began = System.nanoTime();
        for (int at = 0; at < events; at++) {
            send(Topics.IN, each.at(at));
        }
        tail.await(firings, LONGEST, () -> firings.getCount() + " firings are missing");
        return events / ((System.nanoTime() - began) / 1e9);
    }

    private TalEvent event(int number, String task, int type) {
        return new TalEvent(
                rounds + "-" + number,
                "/bench/producer",
                TYPE.formatted(type),
                "",
                TalEvent.Kind.CONTROL,
                task,
                "",
                0,
                Map.of(),
                ("{\"n\":" + number + "}").getBytes(StandardCharsets.UTF_8));
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        for (int begun = Firings.of(record, STARTED); begun > 0; begun--) {
            started.countDown();
        }
        for (int joined = Firings.of(record, RULE); joined > 0; joined--) {
            fired.countDown();
        }
    }

    @Override
    public void close() {
        tail.close();
        producer.close();
    }
}
