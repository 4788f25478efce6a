package io.talflow.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.flink.job.JobOptions;
import io.talflow.tal.event.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkRunnerIT {
    @Test
    void goesOnFromItsLastCheckpoint(@TempDir Path data) throws Exception {
        Path checkpoints = data.resolve("checkpoints");
        try (Broker broker = Broker.start(data.resolve("kafka"))) {
            createTopics(broker);
            JobOptions options = JobOptions.parse(
                    "--kafka",
                    broker.bootstrap(),
                    "--gateway",
                    "http://127.0.0.1:1",
                    "--parallelism",
                    "2",
                    "--checkpoints",
                    checkpoints.toUri().toString());
            Path first;
            try (FlinkRunner runner = FlinkRunner.startLocally(checkpoints, options)) {
                first = awaitCheckpoint(checkpoints, Optional.empty());
            }
            first = FlinkRunner.latestCheckpoint(checkpoints).orElse(first);
            try (FlinkRunner runner = FlinkRunner.startLocally(checkpoints, options)) {
                assertThat(number(awaitCheckpoint(checkpoints, Optional.of(first))))
                        .isGreaterThan(number(first));
            }
        }
    }

    private static int number(Path checkpoint) {
        return Integer.parseInt(checkpoint.getFileName().toString().substring("chk-".length()));
    }

    private static Path awaitCheckpoint(Path checkpoints, Optional<Path> other) {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> FlinkRunner.latestCheckpoint(checkpoints),
                        latest -> latest.isPresent() && !latest.equals(other))
                .orElseThrow();
    }

    private static void createTopics(Broker broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            List<NewTopic> topics = Stream.of(
                            Topics.IN,
                            Topics.EVENTS,
                            Topics.DEFINITIONS,
                            Topics.TASKS,
                            Topics.HISTORY,
                            Topics.DEAD_LETTERS,
                            Topics.REPLIES)
                    .map(name -> new NewTopic(name, Optional.of(2), Optional.empty()))
                    .toList();
            admin.createTopics(topics).all().get();
        }
    }
}
