package io.talflow.flink.job;

import io.talflow.tal.Json;
import io.talflow.tal.event.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** A broker, a gateway and a Flink cluster that runs the job, in this process. */
final class JobStack implements AutoCloseable {
    private static final int PARALLELISM = 2;
    private static final int SLOTS = 3;
    private final Path directory;
    private final LocalKafka kafka;
    private final EchoGateway gateway;
    private final MiniCluster flink;
    private final Statuses statuses;
    private JobClient job;

    private JobStack(Path directory, LocalKafka kafka, EchoGateway gateway, MiniCluster flink) {
        this.directory = directory;
        this.kafka = kafka;
        this.gateway = gateway;
        this.flink = flink;
        this.statuses = new Statuses(kafka);
    }

    /** Starts everything, with a gateway that gives back each function's input. */
    static JobStack start(Path directory) throws Exception {
        return start(directory, firing -> firing.get("input"));
    }

    static JobStack start(Path directory, Function<Map<?, ?>, Object> results) throws Exception {
        LocalKafka kafka = LocalKafka.start(directory.resolve("kafka"));
        MiniCluster flink = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(SLOTS)
                .build());
        flink.start();
        JobStack stack = new JobStack(directory, kafka, EchoGateway.start(kafka, results), flink);
        stack.submit(Optional.empty());
        return stack;
    }

    LocalKafka kafka() {
        return kafka;
    }

    EchoGateway gateway() {
        return gateway;
    }

    Statuses statuses() {
        return statuses;
    }

    /** @param state a checkpoint or savepoint; empty: it begins anew, at the log's beginning */
    void submit(Optional<Path> state) throws Exception {
        submit(state, PARALLELISM);
    }

    /** @param parallelism how many subtasks, at most three */
    void submit(Optional<Path> state, int parallelism) throws Exception {
        Configuration settings = new Configuration();
        state.ifPresent(path ->
                settings.set(StateRecoveryOptions.SAVEPOINT_PATH, path.toUri().toString()));
        TestStreamEnvironment env = new TestStreamEnvironment(flink, settings, parallelism, List.of(), List.of());
        OrchestratorJob.build(
                env,
                JobOptions.parse(
                        "--kafka", kafka.bootstrap(),
                        "--gateway", gateway.url(),
                        "--node-timeout-s", "3",
                        "--parallelism", String.valueOf(parallelism),
                        "--checkpoint-interval-ms", "300",
                        "--checkpoints",
                                directory.resolve("checkpoints").toUri().toString()));
        job = env.executeAsync(OrchestratorJob.NAME);
    }

    /** Cancels the job; its last checkpoint stays. */
    void cancel() throws Exception {
        job.cancel().get();
        await("the job ends").until(() -> job.getJobStatus().get().isGloballyTerminalState());
    }

    /** Stops the job as an operator does who will go on with it. What came before is in the savepoint, once. */
    Path stopWithSavepoint(SavepointFormatType format) throws Exception {
        String directory = this.directory.resolve("savepoints").toUri().toString();
        String savepoint = job.stopWithSavepoint(false, directory, format).get();
        await("the job ends").until(() -> job.getJobStatus().get() == JobStatus.FINISHED);
        return Path.of(URI.create(savepoint));
    }

    /** The only task manager dies with all it had in memory, and another one comes. */
    void loseTaskManager() throws Exception {
        flink.terminateTaskManager(0).get();
        flink.startTaskManager();
    }

    /** A checkpoint that was complete after this was called. */
    Path nextCheckpoint() throws Exception {
        List<Path> before = checkpoints();
        await("a checkpoint is complete").until(() -> !before.containsAll(checkpoints()));
        return latestCheckpoint();
    }

    Path latestCheckpoint() throws Exception {
        return checkpoints().stream()
                .max(Comparator.comparingInt(path -> number(path)))
                .orElseThrow();
    }

    private static int number(Path checkpoint) {
        return Integer.parseInt(checkpoint.getFileName().toString().replace("chk-", ""));
    }

    private List<Path> checkpoints() throws Exception {
        List<Path> complete = new ArrayList<>();
        Path root = Files.createDirectories(directory.resolve("checkpoints"))
                .resolve(job.getJobID().toString());
        if (Files.isDirectory(root)) {
            try (Stream<Path> all = Files.list(root)) {
                all.filter(path -> Files.exists(path.resolve("_metadata"))).forEach(complete::add);
            }
        }
        return complete;
    }

    /** Makes a version the workflow's current one. */
    void define(String workflow, String version, String text) throws Exception {
        define(workflow, version, text, Instant.now());
    }

    /** @param time that it is said to have become that */
    void define(String workflow, String version, String text, Instant time) throws Exception {
        define(
                workflow + "@" + version,
                Map.of("workflow", workflow, "version", version, "file", "workflow.yaml", "text", text),
                time);
        define(workflow, Map.of("workflow", workflow, "version", version), time);
    }

    private void define(String key, Map<String, String> value, Instant time) throws Exception {
        kafka.send(new ProducerRecord<>(
                Topics.DEFINITIONS,
                null,
                time.toEpochMilli(),
                key.getBytes(StandardCharsets.UTF_8),
                Json.bytes(value)));
    }

    /** The workflow has no current version any more. */
    void delete(String workflow) throws Exception {
        kafka.send(new ProducerRecord<>(Topics.DEFINITIONS, workflow.getBytes(StandardCharsets.UTF_8), null));
    }

    static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(100));
    }

    @Override
    public void close() throws Exception {
        flink.close();
        gateway.close();
        kafka.close();
    }
}
