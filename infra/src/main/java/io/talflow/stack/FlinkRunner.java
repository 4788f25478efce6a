package io.talflow.stack;

import io.talflow.flink.job.JobOptions;
import io.talflow.flink.job.OrchestratorJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The orchestrator job in this process, or submitted to a cluster; it goes on from its last retained checkpoint. */
final class FlinkRunner implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    private final JobClient job;

    private FlinkRunner(JobClient job) {
        this.job = job;
    }

    /**
     * What a stack's job is given.
     *
     * @param gateway base URL
     * @param tokens by which it shows the gateway who it is; empty: the gateway asks for none
     */
    static JobOptions job(String kafka, String gateway, Path checkpoints, Optional<StackTokens> tokens) {
        List<String> arguments = new ArrayList<>(List.of(
                "--kafka",
                kafka,
                "--gateway",
                gateway,
                "--parallelism",
                "2",
                "--checkpoint-interval-ms",
                "1000",
                "--checkpoints",
                checkpoints.toAbsolutePath().toUri().toString()));
        tokens.ifPresent(made -> arguments.addAll(made.jobArguments()));
        return JobOptions.parse(arguments.toArray(String[]::new));
    }

    /** @param checkpoints directory of retained checkpoints, kept over restarts */
    static FlinkRunner startLocally(Path checkpoints, JobOptions options) throws IOException {
        Configuration configuration = jobConfiguration(checkpoints);
        onLoopbackOnly(configuration);
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(32));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(32));
        return start(StreamExecutionEnvironment.createLocalEnvironment(configuration), options);
    }

    /** By default Flink listens to everybody, also for jobs, that is code. */
    private static void onLoopbackOnly(Configuration configuration) {
        configuration.set(RestOptions.ADDRESS, LOOPBACK);
        configuration.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        configuration.set(JobManagerOptions.ADDRESS, LOOPBACK);
        configuration.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        configuration.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
        configuration.set(WebOptions.SUBMIT_ENABLE, false);
        configuration.set(WebOptions.CANCEL_ENABLE, false);
    }

    /** Submits the job to a session cluster whose class path holds it. */
    static FlinkRunner submit(int restPort, Path checkpoints, JobOptions options) throws IOException {
        Configuration configuration = jobConfiguration(checkpoints);
        return start(StreamExecutionEnvironment.createRemoteEnvironment(LOOPBACK, restPort, configuration), options);
    }

    /** Cancels the job; its last checkpoint stays. */
    @Override
    public void close() {
        try {
            job.cancel().get(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // it has ended by itself, or its cluster is gone
        }
    }

    /** The newest complete checkpoint below a directory. */
    static Optional<Path> latestCheckpoint(Path checkpoints) throws IOException {
        if (!Files.isDirectory(checkpoints)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.find(
                checkpoints,
                3,
                (path, attributes) -> path.getFileName().toString().equals("_metadata"))) {
            return files.max(Comparator.comparingLong(path -> path.toFile().lastModified()))
                    .map(Path::getParent);
        }
    }

    private static Configuration jobConfiguration(Path checkpoints) throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                Files.createDirectories(checkpoints).toAbsolutePath().toUri().toString());
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, java.time.Duration.ofSeconds(1));
        latestCheckpoint(checkpoints).ifPresent(checkpoint -> {
            configuration.set(
                    StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toUri().toString());
            configuration.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
        });
        return configuration;
    }

    private static FlinkRunner start(StreamExecutionEnvironment environment, JobOptions options) throws IOException {
        OrchestratorJob.build(environment, options);
        try {
            return new FlinkRunner(environment.executeAsync("talflow"));
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the orchestrator job does not start", e);
        }
    }
}
