package io.talflow.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** A real Kafka broker, KRaft with one node, on loopback; its data survives a restart on the same directory. */
public final class Broker implements AutoCloseable {
    private final KafkaRaftServer server;
    private final int port;

    private Broker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Starts a broker on free ports and returns when it serves. */
    public static Broker start(Path data) throws IOException {
        List<Integer> ports = FreePorts.find(2);
        return start(data, ports.get(0), ports.get(1));
    }

    /**
     * Starts a broker and returns when it serves.
     *
     * @param data its directory, formatted if it is new
     * @param port for clients
     * @param controllerPort for the broker itself
     */
    public static Broker start(Path data, int port, int controllerPort) throws IOException {
        Path logs = Files.createDirectories(data).toAbsolutePath();
        Properties properties = properties(logs, port, controllerPort);
        format(logs);
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        server.startup();
        return new Broker(server, port);
    }

    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private void await() {
        server.awaitShutdown();
    }

    private static void format(Path logs) throws IOException {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(logs.toString()))
                .setMetadataLogDirectory(logs.toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setIgnoreFormatted(true);
        if (Files.exists(logs.resolve("meta.properties"))) {
            return;
        }
        try {
            formatter.run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot format the broker's directory " + logs, e);
        }
    }

    /** Small: one node, few threads; a record is acknowledged by the page cache, as a broker of one replica does. */
    private static Properties properties(Path logs, int port, int controllerPort) {
        Properties properties = new Properties();
        properties.put("process.roles", "broker,controller");
        properties.put("node.id", "1");
        properties.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        properties.put("controller.listener.names", "CONTROLLER");
        properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.put(
                "listeners", "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
        properties.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        properties.put("log.dirs", logs.toString());
        properties.put("auto.create.topics.enable", "false");
        properties.put("offsets.topic.num.partitions", "1");
        properties.put("offsets.topic.replication.factor", "1");
        properties.put("transaction.state.log.num.partitions", "1");
        properties.put("transaction.state.log.replication.factor", "1");
        properties.put("transaction.state.log.min.isr", "1");
        properties.put("share.coordinator.state.topic.num.partitions", "1");
        properties.put("share.coordinator.state.topic.replication.factor", "1");
        properties.put("share.coordinator.state.topic.min.isr", "1");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("num.network.threads", "2");
        properties.put("num.io.threads", "4");
        properties.put("background.threads", "2");
        properties.put("num.recovery.threads.per.data.dir", "1");
        properties.put("log.cleaner.threads", "1");
        properties.put("log.cleaner.dedupe.buffer.size", String.valueOf(16 * 1024 * 1024));
        properties.put("log.segment.bytes", String.valueOf(64 * 1024 * 1024));
        properties.put("log.index.size.max.bytes", String.valueOf(1024 * 1024));
        properties.put("message.max.bytes", String.valueOf(24 * 1024 * 1024));
        properties.put("replica.fetch.max.bytes", String.valueOf(24 * 1024 * 1024));
        properties.put("metadata.log.segment.bytes", String.valueOf(16 * 1024 * 1024));
        properties.put("log.retention.hours", "-1");
        // after a kill the new broker waits until the session of the old one has ended
        properties.put("broker.session.timeout.ms", "3000");
        properties.put("broker.heartbeat.interval.ms", "500");
        return properties;
    }

    /** A broker as a process of its own: {@code --data DIR --port N --controller-port N}. */
    public static void main(String[] arguments) throws IOException {
        Options options = Options.parse(arguments);
        Broker broker = start(
                Path.of(options.required("data")),
                Integer.parseInt(options.required("port")),
                Integer.parseInt(options.required("controller-port")));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-shutdown"));
        broker.await();
    }
}
