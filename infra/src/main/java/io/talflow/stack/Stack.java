package io.talflow.stack;

import io.talflow.gateway.Gateway;
import io.talflow.gateway.GatewayOptions;
import io.talflow.gateway.log.TopicSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Broker, job and gateway in this process, on loopback and free ports, with their data in one directory. */
public final class Stack implements AutoCloseable {
    static final int PARTITIONS = 4;

    /** What is to be closed, the last started first. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private final Path data;
    private StackFile address;

    private Stack(Path data) {
        this.data = data;
    }

    /** Starts a stack with nothing else to do and the gateway's default options. */
    public static Optional<Stack> start(Path data) throws IOException {
        return start(data, () -> {}, UnaryOperator.identity());
    }

    /** Starts a stack without authentication. */
    public static Optional<Stack> start(Path data, Runnable owned, UnaryOperator<GatewayOptions> gateway)
            throws IOException {
        return start(data, owned, gateway, false);
    }

    /**
     * Starts a stack and returns when it serves.
     *
     * @param owned is run when the directory is this stack's, before the parts start
     * @param gateway what the gateway has other than by default
     * @param authenticate whether the gateway asks for tokens; {@link #token} is one
     * @return empty if another stack owns the directory
     * @throws IOException if a part does not start; those started before it are stopped again
     */
    public static Optional<Stack> start(
            Path data, Runnable owned, UnaryOperator<GatewayOptions> gateway, boolean authenticate) throws IOException {
        Optional<DataLock> lock = DataLock.tryLock(data);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        owned.run();
        Logs.into(data, "stack");
        Stack stack = new Stack(data);
        stack.parts.push(lock.get());
        try {
            stack.startParts(gateway, authenticate);
            return Optional.of(stack);
        } catch (IOException | RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    /** Address of the gateway. */
    public String url() {
        return address.url();
    }

    /** Bootstrap address of the broker. */
    public String kafka() {
        return address.kafka();
    }

    /** A token of role admin; empty if the gateway asks for none. */
    public String token() {
        return address.token();
    }

    private void startParts(UnaryOperator<GatewayOptions> gatewayOptions, boolean authenticate) throws IOException {
        Path gatewayData = Files.createDirectories(data.resolve("gateway"));
        Optional<StackTokens> tokens = authenticate ? Optional.of(StackTokens.renew(gatewayData)) : Optional.empty();
        List<Integer> ports = FreePorts.find(3);
        Broker broker = Broker.start(data.resolve("kafka"), ports.get(0), ports.get(1));
        parts.push(broker);
        String kafka = broker.bootstrap();
        TopicSetup.ensure(kafka, PARTITIONS);
        String url = "http://127.0.0.1:" + ports.get(2);
        Path checkpoints = Files.createDirectories(data.resolve("flink/checkpoints"));
        parts.push(FlinkRunner.startLocally(checkpoints, FlinkRunner.job(kafka, url, checkpoints, tokens)));
        GatewayOptions options =
                gatewayOptions.apply(GatewayOptions.of(kafka, gatewayData).withPort(ports.get(2)));
        Gateway gateway = Gateway.start(
                tokens.map(made -> options.withSecurity(options.security().withTokens(made.file())))
                        .orElse(options));
        parts.push(gateway);
        address = new StackFile(
                gateway.url(),
                kafka,
                ProcessHandle.current().pid(),
                tokens.map(StackTokens::owner).orElse(""));
        address.write(data);
        parts.push(() -> StackFile.remove(data));
    }

    /** Stops every part; a part that fails to stop does not keep the others. */
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                Logs.of(Stack.class)
                        .warn("{} did not stop cleanly", part.getClass().getSimpleName(), e);
            }
        }
    }
}
