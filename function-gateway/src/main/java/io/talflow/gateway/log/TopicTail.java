package io.talflow.gateway.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all partitions of some topics for as long as it is open, with a thread of its own and without a consumer group:
 * where it begins is for its listener to say.
 */
public final class TopicTail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicTail.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long AGAIN_MILLIS = 1_000;

    /** Called by the tail's thread only. */
    public interface Listener {
        /**
         * Seeks each partition to where to begin: at its beginning, unless a listener knows better.
         *
         * @param ends the offset after the last record, by partition
         */
        default void begin(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) throws Exception {
            consumer.seekToBeginning(ends.keySet());
        }

        /** An exception makes the tail begin again. */
        void records(ConsumerRecords<byte[], byte[]> records) throws Exception;

        /** There was nothing more to read a moment ago. Called at least each second while that is so. */
        default void caughtUp() {}
    }

    private final Map<String, Object> settings;
    private final List<String> topics;
    private final Listener listener;
    private final Thread thread;
    private final CountDownLatch firstCaughtUp = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean closed;
    private volatile KafkaConsumer<byte[], byte[]> current;

    public TopicTail(String bootstrap, List<String> topics, Listener listener) {
        this.settings = consumerSettings(bootstrap);
        this.topics = topics;
        this.listener = listener;
        thread = new Thread(this::run, "tail-" + String.join("+", topics));
        thread.setDaemon(true);
        thread.start();
    }

    /** Settings of a consumer without a group that reads raw bytes. */
    static Map<String, Object> consumerSettings(String bootstrap) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        settings.put("fetch.max.wait.ms", 100);
        settings.put("fetch.min.bytes", 1);
        settings.put("max.poll.records", 2_000);
        settings.put("max.partition.fetch.bytes", 20 * 1024 * 1024);
        settings.put("default.api.timeout.ms", 10_000);
        settings.put("isolation.level", "read_committed");
        return settings;
    }

    static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Waits until all that was there at the start has been read. */
    public boolean awaitCaughtUp(Duration patience) throws InterruptedException {
        return firstCaughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run() {
        while (!closed) {
            try (KafkaConsumer<byte[], byte[]> consumer = consumer(settings)) {
                current = consumer;
                read(consumer);
            } catch (WakeupException e) {
                LOG.debug("Woken to stop");
            } catch (Exception e) {
                LOG.warn("Reading {} begins again: {}", topics, e.toString());
                pause();
            }
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) throws Exception {
        Collection<TopicPartition> partitions = partitions(consumer);
        consumer.assign(partitions);
        listener.begin(consumer, consumer.endOffsets(partitions));
        long checked = System.nanoTime() - CHECK_NANOS;
        boolean behind = true;
        while (!closed) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                listener.records(records);
            }
            // To ask for the ends costs a request; while records come there is no need to hurry.
            if ((behind && records.isEmpty()) || System.nanoTime() - checked > CHECK_NANOS) {
                behind = isBehind(consumer, consumer.endOffsets(partitions));
                checked = System.nanoTime();
                if (!behind) {
                    listener.caughtUp();
                    firstCaughtUp.countDown();
                }
            }
        }
    }

    private Collection<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            List<PartitionInfo> found = consumer.partitionsFor(topic);
            if (found == null || found.isEmpty()) {
                throw new KafkaException("topic " + topic + " does not exist");
            }
            found.forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
        }
        return partitions;
    }

    private static boolean isBehind(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
    }

    private void pause() {
        try {
            if (closing.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.debug("Closed while it waited");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        closing.countDown();
        KafkaConsumer<byte[], byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
