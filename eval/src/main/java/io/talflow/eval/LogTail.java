package io.talflow.eval;

import io.talflow.eval.Latencies.Trace;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Watches one task at a time from outside: a consumer at the end of the log and of the topic that tells its end, so that
 * the floor and Talflow are timed by the same clock at the same place.
 */
final class LogTail implements AutoCloseable {
    private static final Duration LONGEST_TASK = Duration.ofSeconds(60);

    private final Consumer<byte[], byte[]> consumer;
    private final String log;
    private final Predicate<ConsumerRecord<byte[], byte[]>> ends;
    private final BlockingQueue<Trace> traces = new ArrayBlockingQueue<>(1);
    private final Thread thread;

    private volatile Watched watched = new Watched("", 0, List.of());

    private record Watched(String task, long sentNanos, List<Long> seenNanos) {}

    /**
     * @param log topic of the events of tasks, keyed by task
     * @param end topic of the records that can tell a task's end, keyed by task
     * @param ends whether one does
     */
    LogTail(String bootstrap, String log, String end, Predicate<ConsumerRecord<byte[], byte[]>> ends) {
        this.log = log;
        this.ends = ends;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                        1,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : List.of(log, end)) {
            consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        thread = new Thread(this::tail, "bench-tail");
        thread.start();
    }

    /**
     * Runs one task and waits for its end.
     *
     * @param send sends the start event
     */
    Trace run(String task, Runnable send) throws InterruptedException {
        watched = new Watched(task, System.nanoTime(), new ArrayList<>());
        send.run();
        return Optional.ofNullable(traces.poll(LONGEST_TASK.toMillis(), TimeUnit.MILLISECONDS))
                .orElseThrow(
                        () -> new IllegalStateException("task %s did not end within %d s; %d of its events were seen"
                                .formatted(
                                        task,
                                        LONGEST_TASK.toSeconds(),
                                        watched.seenNanos().size())));
    }

    private void tail() {
        try {
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    seen(record, System.nanoTime());
                }
            }
        } catch (WakeupException e) {
            consumer.close();
        }
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        Watched now = watched;
        if (record.key() == null || !new String(record.key(), StandardCharsets.UTF_8).equals(now.task())) {
            return;
        }
        if (record.topic().equals(log)) {
            now.seenNanos().add(nanos);
        } else if (ends.test(record)) {
            traces.add(new Trace(nanos - now.sentNanos(), differences(now.seenNanos())));
        }
    }

    private static List<Long> differences(List<Long> times) {
        List<Long> differences = new ArrayList<>();
        for (int i = 1; i < times.size(); i++) {
            differences.add(times.get(i) - times.get(i - 1));
        }
        return differences;
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
