package io.talflow.flink.node;

import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code tal.nodes}, read by one thread for all operators of a process. A topic that is not there is asked for again. */
public final class KafkaNodes implements NodeFeed {
    private static final long serialVersionUID = 1L;
    private static final Map<String, Shared> SHARED = new HashMap<>();

    private final String servers;

    /** @param servers Kafka bootstrap servers */
    public KafkaNodes(String servers) {
        this.servers = servers;
    }

    @Override
    public Reading open() {
        synchronized (SHARED) {
            Shared shared = SHARED.computeIfAbsent(servers, Shared::new);
            shared.users++;
            return shared;
        }
    }

    private static final class Shared implements Reading, Runnable {
        private static final Logger LOG = LoggerFactory.getLogger(KafkaNodes.class);
        private static final Duration POLL = Duration.ofMillis(500);
        private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);
        private static final long AGAIN_MILLIS = 2_000;

        private final NodeTable table = new NodeTable();
        private final CountDownLatch closed = new CountDownLatch(1);
        private final String servers;
        private final Thread thread;
        private volatile KafkaConsumer<byte[], byte[]> current;
        private int users;

        Shared(String servers) {
            this.servers = servers;
            thread = new Thread(this, "nodes");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public NodeTable table() {
            return table;
        }

        @Override
        public void run() {
            boolean told = false;
            while (closed.getCount() > 0) {
                try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
                    current = consumer;
                    read(consumer);
                } catch (WakeupException | InterruptException e) {
                    LOG.debug("woken to stop");
                } catch (KafkaException e) {
                    if (!told) {
                        LOG.warn("{} cannot be read, trying again: {}", Topics.NODES, e.toString());
                    }
                    told = true;
                    pause();
                }
            }
        }

        private KafkaConsumer<byte[], byte[]> consumer() {
            Map<String, Object> settings = Map.of(
                    "bootstrap.servers",
                    servers,
                    "client.id",
                    "talflow-nodes",
                    "allow.auto.create.topics",
                    false,
                    "auto.offset.reset",
                    "earliest",
                    "enable.auto.commit",
                    false,
                    "default.api.timeout.ms",
                    10_000);
            return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        private void read(KafkaConsumer<byte[], byte[]> consumer) {
            List<PartitionInfo> partitions = consumer.partitionsFor(Topics.NODES);
            if (partitions == null || partitions.isEmpty()) {
                throw new KafkaException("there is no such topic");
            }
            List<TopicPartition> all = partitions.stream()
                    .map(partition -> new TopicPartition(Topics.NODES, partition.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long beat = System.nanoTime();
            while (closed.getCount() > 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.key() != null) {
                        table.hear(new String(record.key(), StandardCharsets.UTF_8), record.value());
                    }
                }
                if (System.nanoTime() - beat >= BEAT_NANOS) {
                    beat = System.nanoTime();
                    table.beat();
                }
            }
        }

        private void pause() {
            try {
                if (closed.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                    LOG.debug("closed while it waited");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            synchronized (SHARED) {
                if (--users > 0) {
                    return;
                }
                SHARED.remove(servers);
            }
            closed.countDown();
            KafkaConsumer<byte[], byte[]> consumer = current;
            if (consumer != null) {
                consumer.wakeup();
            }
        }
    }
}
