package io.talflow.eval;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A consumer at the end of some topics, on a thread of its own: every benchmark looks at the world from there. */
final class Tail implements AutoCloseable {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Consumer<byte[], byte[]> consumer;
    private final Seen seen;
    private final Thread thread;
    private volatile RuntimeException failure;

    /** Takes a record. */
    interface Seen {
        /**
         * @param nanos {@link System#nanoTime} when the record was handed over
         * @throws RuntimeException what is being measured has failed; whoever waits is told
         */
        void seen(ConsumerRecord<byte[], byte[]> record, long nanos);
    }

    /** Reads what is written from now on. */
    Tail(String bootstrap, List<String> topics, Seen seen) {
        this.seen = seen;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ConsumerConfig.FETCH_MIN_BYTES_CONFIG,
                        1,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        5_000,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        thread = new Thread(this::read, "bench-tail");
        thread.start();
    }

    /**
     * Waits for what the records bring.
     *
     * @param missing says what has not come, for the message
     * @throws IllegalStateException if it does not come in time, or a record told of a failure
     */
    void await(CountDownLatch arrived, Duration most, Supplier<String> missing) throws InterruptedException {
        if (!watch(arrived, most)) {
            throw new IllegalStateException("not within %d s: %s".formatted(most.toSeconds(), missing.get()));
        }
    }

    /** Lets time pass, unless a record tells of a failure. */
    void pass(Duration time) throws InterruptedException {
        watch(new CountDownLatch(1), time);
    }

    /** @return whether it has arrived before the time was over */
    private boolean watch(CountDownLatch arrived, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        long left = most.toNanos();
        while (!arrived.await(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
            if (failure != null) {
                throw failure;
            }
            left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
        }
        return true;
    }

    private void read() {
        try (consumer) {
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    seen.seen(record, System.nanoTime());
                }
            }
        } catch (WakeupException e) {
            // closed
        } catch (RuntimeException e) {
            failure = e;
        }
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
