package io.talflow.stack;

import io.talflow.flink.job.JobOptions;
import io.talflow.gateway.log.TopicSetup;
import io.talflow.tal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Broker, JobManager, TaskManager and gateways as processes of their own, each started again on its old port when it
 * dies. {@code processes.json} in the data directory has their process ids.
 */
public final class ProcessStack implements AutoCloseable {
    /** Shorter than what {@link Child} allows for an end. */
    private static final String DRAIN_SECONDS = "5";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, Object> pids = new LinkedHashMap<>();
    private final Path data;
    private StackFile address;
    private volatile Submission submitted;
    private volatile FlinkRunner job;

    private ProcessStack(Path data) {
        this.data = data;
    }

    /**
     * Starts the processes and returns when they serve.
     *
     * @param gateways how many; the first serves the command line
     * @param owned is run when the directory is this stack's, before the processes start
     * @param authenticate whether the gateway asks for tokens; {@link #token} is one
     * @param node further arguments of the gateways
     * @return empty if another stack owns the directory
     */
    public static Optional<ProcessStack> start(
            Path data, int gateways, Runnable owned, boolean authenticate, List<String> node) throws IOException {
        Optional<DataLock> lock = DataLock.tryLock(data);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        owned.run();
        Logs.into(data, "supervisor");
        ProcessStack stack = new ProcessStack(data.toAbsolutePath());
        stack.parts.push(lock.get());
        try {
            stack.startParts(gateways, authenticate, node);
            return Optional.of(stack);
        } catch (IOException | RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    public String url() {
        return address.url();
    }

    public String kafka() {
        return address.kafka();
    }

    /** A token of role admin; empty if the gateway asks for none. */
    public String token() {
        return address.token();
    }

    /** The id of a process: {@code broker}, {@code jobmanager}, {@code taskmanager}, {@code gateway}, {@code gateway-2}, … */
    public synchronized long pid(String name) {
        return (Long) pids.get(name);
    }

    private void startParts(int gateways, boolean authenticate, List<String> node) throws IOException {
        Path gatewayData = Files.createDirectories(data.resolve("gateway"));
        Optional<StackTokens> tokens = authenticate ? Optional.of(StackTokens.renew(gatewayData)) : Optional.empty();
        List<Integer> ports = FreePorts.find(4 + gateways);
        int broker = ports.get(0);
        int rest = ports.get(4);
        int gateway = ports.get(2);
        String kafka = "127.0.0.1:" + broker;
        String url = "http://127.0.0.1:" + gateway;
        Path configuration = flinkConfiguration(ports.get(3), rest);
        Path checkpoints = Files.createDirectories(data.resolve("flink/checkpoints"));
        JobOptions options = FlinkRunner.job(kafka, url, checkpoints, tokens);
        child(
                "broker",
                "512m",
                Broker.class.getName(),
                List.of(
                        "--data", data.resolve("kafka").toString(),
                        "--port", String.valueOf(broker),
                        "--controller-port", String.valueOf(ports.get(1))));
        child(
                "jobmanager",
                "512m",
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                List.of("--configDir", configuration.toString()));
        child(
                "taskmanager",
                "768m",
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                List.of("--configDir", configuration.toString()));
        awaitPort(broker);
        TopicSetup.ensure(kafka, Stack.PARTITIONS);
        List<String> common = new ArrayList<>(node);
        common.addAll(List.of("--kafka", kafka, "--drain-seconds", DRAIN_SECONDS));
        common.addAll(tokens.map(StackTokens::gatewayArguments).orElse(List.of("--insecure")));
        gateway("gateway", gateway, "node-1", common);
        for (int other = 2; other <= gateways; other++) {
            gateway("gateway-" + other, ports.get(3 + other), "node-" + other, common);
        }
        awaitPort(rest);
        submitted = () -> {
            awaitPort(rest);
            return FlinkRunner.submit(rest, checkpoints, options);
        };
        job = submitted.submit();
        awaitPort(gateway);
        address = new StackFile(
                url,
                kafka,
                ProcessHandle.current().pid(),
                tokens.map(StackTokens::owner).orElse(""));
        address.write(data);
        parts.push(() -> StackFile.remove(data));
    }

    private void gateway(String name, int port, String node, List<String> common) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--data",
                Files.createDirectories(data.resolve(name)).toString(),
                "--port",
                String.valueOf(port),
                "--node-id",
                node));
        arguments.addAll(common);
        child(name, "512m", "io.talflow.gateway.GatewayMain", arguments);
    }

    /** Submits the job, from its last checkpoint on. */
    private interface Submission {
        FlinkRunner submit() throws IOException;
    }

    private void child(String name, String heap, String main, List<String> arguments) throws IOException {
        parts.push(Child.start(data, name, heap, main, arguments, this::started));
    }

    /** A session cluster forgets its jobs with its JobManager, so the job is submitted again. */
    private void started(Child child, boolean again) {
        synchronized (this) {
            pids.put(child.name(), child.pid());
            try {
                Files.write(data.resolve("processes.json"), Json.bytes(pids));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Submission submission = submitted;
        if (again && child.name().equals("jobmanager") && submission != null) {
            Thread thread = new Thread(() -> resubmit(submission), "resubmit");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void resubmit(Submission submission) {
        try {
            job = submission.submit();
        } catch (IOException | RuntimeException e) {
            Logs.of(ProcessStack.class).error("cannot submit the job again", e);
        }
    }

    private Path flinkConfiguration(int rpc, int rest) throws IOException {
        Path folder = Files.createDirectories(data.resolve("flink/conf"));
        Path checkpoints = Files.createDirectories(data.resolve("flink/checkpoints"));
        Files.writeString(folder.resolve("config.yaml"), """
                jobmanager.rpc.address: 127.0.0.1
                jobmanager.rpc.port: %d
                jobmanager.bind-host: 127.0.0.1
                jobmanager.memory.process.size: 900m
                rest.address: 127.0.0.1
                rest.bind-address: 127.0.0.1
                rest.port: %d
                web.submit.enable: false
                web.cancel.enable: false
                taskmanager.host: 127.0.0.1
                taskmanager.bind-host: 127.0.0.1
                taskmanager.numberOfTaskSlots: 2
                taskmanager.cpu.cores: 2
                taskmanager.memory.task.heap.size: 384m
                taskmanager.memory.task.off-heap.size: 0m
                taskmanager.memory.managed.size: 256m
                taskmanager.memory.network.min: 32m
                taskmanager.memory.network.max: 32m
                taskmanager.memory.framework.heap.size: 128m
                taskmanager.memory.framework.off-heap.size: 128m
                taskmanager.memory.jvm-metaspace.size: 256m
                taskmanager.memory.jvm-overhead.min: 192m
                taskmanager.memory.jvm-overhead.max: 192m
                heartbeat.interval: 1000
                heartbeat.timeout: 8000
                state.backend.type: rocksdb
                execution.checkpointing.dir: %s
                io.tmp.dirs: %s
                """.formatted(
                        rpc, rest, checkpoints.toUri(), Files.createDirectories(data.resolve("flink/tmp"))));
        return folder;
    }

    private static void awaitPort(int port) throws IOException {
        long end = System.nanoTime() + START_TIMEOUT.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw new IOException("nothing serves port %d after %s".formatted(port, START_TIMEOUT), e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    @Override
    public void close() {
        if (job != null) {
            job.close();
        }
        submitted = null;
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                Logs.of(ProcessStack.class)
                        .warn("{} did not stop cleanly", part.getClass().getSimpleName(), e);
            }
        }
    }
}
