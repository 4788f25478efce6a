package io.talflow.flink.job;

import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** A real broker in this process, with the project's topics. */
final class LocalKafka implements AutoCloseable {
    static final int LOG_PARTITIONS = 4;

    private final KafkaRaftServer server;
    private final String bootstrap;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, Follower> followers = new ConcurrentHashMap<>();

    private LocalKafka(KafkaRaftServer server, String bootstrap) {
        this.server = server;
        this.bootstrap = bootstrap;
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap, "max.request.size", 20 << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    static LocalKafka start(Path directory) throws Exception {
        int port = freePort();
        Properties properties = properties(directory, port, freePort());
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(directory.toString()))
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .run();
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        server.startup();
        LocalKafka kafka = new LocalKafka(server, "127.0.0.1:" + port);
        kafka.create(Topics.IN, 2);
        kafka.create(Topics.EVENTS, LOG_PARTITIONS);
        kafka.create(Topics.DEFINITIONS, 1);
        kafka.create(Topics.TASKS, 4);
        kafka.create(Topics.HISTORY, 4);
        kafka.create(Topics.DEAD_LETTERS, 1);
        kafka.create(Topics.REPLIES, 1);
        kafka.create(Topics.NODES, 1);
        kafka.create(Topics.OUT, 1);
        return kafka;
    }

    String bootstrap() {
        return bootstrap;
    }

    void create(String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            NewTopic created = new NewTopic(topic, Optional.of(partitions), Optional.empty());
            if (topic.equals(Topics.EVENTS)) {
                created.configs(Map.of("message.timestamp.type", "LogAppendTime"));
            }
            admin.createTopics(List.of(created)).all().get();
        }
    }

    Set<String> topics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.listTopics().names().get();
        }
    }

    void delete(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    void send(ProducerRecord<byte[], byte[]> record) throws Exception {
        sendLater(record).get();
    }

    Future<RecordMetadata> sendLater(ProducerRecord<byte[], byte[]> record) {
        return producer.send(record);
    }

    /** All records of a topic now, of each partition in order. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        return followers.computeIfAbsent(topic, this::follower).read();
    }

    private Follower follower(String topic) {
        return new Follower(bootstrap, topic);
    }

    @Override
    public void close() {
        followers.values().forEach(Follower::close);
        producer.close();
        server.shutdown();
        server.awaitShutdown();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Properties properties(Path directory, int port, int controllerPort) {
        Properties properties = new Properties();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        properties.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put(
                "listeners", "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
        properties.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        properties.put("log.dirs", directory.toString());
        properties.put("auto.create.topics.enable", "false");
        properties.put("offsets.topic.num.partitions", "1");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("transaction.state.log.num.partitions", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("message.max.bytes", String.valueOf(24 << 20));
        properties.put("log.cleaner.dedupe.buffer.size", String.valueOf(16 << 20));
        return properties;
    }
}
