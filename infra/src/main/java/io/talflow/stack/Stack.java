package io.talflow.stack;

import io.talflow.flink.job.JobOptions;
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

    /**
     * Starts a stack and returns when it serves.
     *
     * @param owned is run when the directory is this stack's, before the parts start
     * @param gateway what the gateway has other than by default
     * @return empty if another stack owns the directory
     * @throws IOException if a part does not start; those started before it are stopped again
     */
    public static Optional<Stack> start(Path data, Runnable owned, UnaryOperator<GatewayOptions> gateway)
            throws IOException {
        Optional<DataLock> lock = DataLock.tryLock(data);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        owned.run();
        Logs.into(data, "stack");
        Stack stack = new Stack(data);
        stack.parts.push(lock.get());
        try {
            stack.startParts(gateway);
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

    private void startParts(UnaryOperator<GatewayOptions> gatewayOptions) throws IOException {
        List<Integer> ports = FreePorts.find(3);
        Broker broker = Broker.start(data.resolve("kafka"), ports.get(0), ports.get(1));
        parts.push(broker);
        String kafka = broker.bootstrap();
        TopicSetup.ensure(kafka, PARTITIONS);
        String url = "http://127.0.0.1:" + ports.get(2);
        Path checkpoints = Files.createDirectories(data.resolve("flink/checkpoints"));
        parts.push(FlinkRunner.startLocally(checkpoints, JobOptions.parse(new String[] {
            "--kafka",
            kafka,
            "--gateway",
            url,
            "--parallelism",
            "2",
            "--checkpoint-interval-ms",
            "1000",
            "--checkpoints",
            checkpoints.toAbsolutePath().toUri().toString()
        })));
        Gateway gateway = Gateway.start(
                gatewayOptions.apply(GatewayOptions.of(kafka, Files.createDirectories(data.resolve("gateway")))
                        .withPort(ports.get(2))));
        parts.push(gateway);
        address = new StackFile(gateway.url(), kafka, ProcessHandle.current().pid());
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
