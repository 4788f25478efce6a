package io.talflow.flink.job;

import static io.talflow.flink.job.JobStack.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.Encoding;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole job on a real broker; whoever sends events uses the plain CloudEvents SDK and no class of ours. */
@DisplayName("The job on a real broker")
class MiniClusterIT {
    static final String WORKFLOW = """
            tal: 1
            workflow: greeting
            events:
              named: {type: com.example.named}
            functions:
              greet: {http: "http://127.0.0.1:1/greet"}
            rules:
              - when: {all: [started, {event: named}]}
                do: {invoke: greet, with: {input: "${ input }"}}
              - when: {completed: greet}
                do: {complete: "${ event.data }"}
            """;

    @TempDir
    static Path directory;

    private static JobStack stack;
    private static LocalKafka kafka;

    @BeforeAll
    static void start() throws Exception {
        stack = JobStack.start(directory);
        kafka = stack.kafka();
        stack.define("greeting", "v1", WORKFLOW);
    }

    @AfterAll
    static void stop() throws Exception {
        if (stack != null) {
            stack.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Encoding.class)
    @DisplayName("is started and fed by the plain SDK")
    void thePlainSdkStartsAndFeedsATask(Encoding encoding) throws Exception {
        String key = "sdk-" + encoding;
        try (Sdk sdk = new Sdk(kafka, encoding)) {
            sdk.send(null, Sdk.start("greeting", key, Map.of("number", 1)));
            await("the task runs").until(() -> stack.statuses().is("greeting/" + key, "RUNNING"));
            sdk.send("another key", named(key));
        }
        await("the task ends").until(() -> stack.statuses().is("greeting/" + key, "COMPLETED"));
    }

    @Test
    @DisplayName("takes events of any producer, of either mode, with any key, interleaved")
    void anyProducerFeedsTasks() throws Exception {
        try (Sdk binary = new Sdk(kafka, Encoding.BINARY);
                Sdk structured = new Sdk(kafka, Encoding.STRUCTURED)) {
            for (int number = 0; number < 20; number++) {
                binary.send(null, Sdk.start("greeting", "t" + number, Map.of("number", number)));
            }
            await("twenty tasks run").until(() -> tasks("greeting/t").size() == 20);
            for (int number = 0; number < 20; number++) {
                String wrongKey = "wrong" + number % 3;
                structured.send(number % 2 == 0 ? null : wrongKey, named("t" + number));
                binary.send(wrongKey, named("t" + number));
            }
        }
        await("twenty tasks end").untilAsserted(() -> {
            for (int number = 0; number < 20; number++) {
                assertThat(stack.statuses().of("greeting/t" + number).orElse(Map.of()))
                        .containsEntry("status", "COMPLETED")
                        .containsEntry("output", Map.of("input", Map.of("number", (long) number)));
                assertThat(stack.gateway().firings("greeting/t" + number)).hasSize(1);
            }
        });
    }

    @Test
    @DisplayName("tells a firing again when the answer to it is lost, and takes its outcome once")
    void anAnswerThatIsLost() throws Exception {
        stack.gateway().loseAnswers(3);
        try (Sdk sdk = new Sdk(kafka, Encoding.BINARY)) {
            sdk.send(null, Sdk.start("greeting", "unanswered", Map.of("number", 1)));
            sdk.send(null, named("unanswered"));
        }
        await("the task ends").until(() -> stack.statuses().is("greeting/unanswered", "COMPLETED"));
        String firing = stack.gateway().firings("greeting/unanswered").get(0);
        await("it is told until it is answered for")
                .until(() -> stack.gateway().told().get(firing) == 4);
        assertThat(stack.gateway().firings("greeting/unanswered")).hasSize(1);
        assertThat(stack.statuses().of(firing).orElseThrow())
                .containsEntry("status", "COMPLETED")
                .containsEntry("attempt", 1L);
    }

    @Test
    @DisplayName("takes a start sent twice for one task")
    void aRepeatedStartIsOneTask() throws Exception {
        CloudEvent start = CloudEventBuilder.v1()
                .withId("order-4711")
                .withSource(URI.create("/shop"))
                .withType(EventTypes.TASK_STARTED)
                .withData("application/json", Json.bytes(Map.of("workflow", "greeting", "input", Map.of())))
                .build();
        Set<String> before = stack.statuses().tasks();
        try (Sdk sdk = new Sdk(kafka, Encoding.BINARY)) {
            sdk.send(null, start);
            sdk.send("x", start);
            sdk.send(null, Sdk.start("greeting", "after-repeat", Map.of()));
        }
        await("the start after both")
                .until(() -> stack.statuses().of("greeting/after-repeat").isPresent());
        Set<String> fresh = stack.statuses().tasks();
        fresh.removeAll(before);
        fresh.remove("greeting/after-repeat");
        assertThat(fresh)
                .as("tasks started meanwhile")
                .hasSize(1)
                .first()
                .asString()
                .matches("greeting/[0-9a-f]{20}");
    }

    @Test
    @DisplayName("brings a record that is off its task's partition home, and applies it there")
    void aRecordOnTheWrongPartitionComesHome() throws Exception {
        try (Sdk sdk = new Sdk(kafka, Encoding.BINARY)) {
            sdk.send(null, Sdk.start("greeting", "stray", Map.of()));
            await("the task runs").until(() -> stack.statuses().is("greeting/stray", "RUNNING"));
            int home = ((Number)
                            stack.statuses().of("greeting/stray").orElseThrow().get("partition"))
                    .intValue();
            sdk.send(Topics.EVENTS, (home + 1) % LocalKafka.LOG_PARTITIONS, "greeting/stray", named("stray"));
            await("the task ends").until(() -> stack.statuses().is("greeting/stray", "COMPLETED"));
            assertThat(kafka.read(Topics.EVENTS))
                    .filteredOn(record -> header(record, "ce_id").equals("named-stray"))
                    .extracting(ConsumerRecord::partition)
                    .containsExactlyInAnyOrder((home + 1) % LocalKafka.LOG_PARTITIONS, home);
        }
    }

    @Test
    @DisplayName("puts a wrongly keyed record of the log into the dead letters, and no task sees it")
    void aWronglyKeyedRecordIsADeadLetter() throws Exception {
        CloudEvent stolen = Sdk.event("com.example.named", "stolen", "greeting/victim", Map.of("name", "Eve"));
        try (Sdk sdk = new Sdk(kafka, Encoding.BINARY)) {
            sdk.send(null, Sdk.start("greeting", "victim", Map.of()));
            await("the task runs").until(() -> stack.statuses().is("greeting/victim", "RUNNING"));
            sdk.send(Topics.EVENTS, null, "greeting/other", stolen);
            sdk.send(Topics.EVENTS, null, null, stolen);
            await("both are dead letters")
                    .until(() -> letters("ce_id", "stolen").size() == 2);
            assertThat(letters("ce_id", "stolen")).allSatisfy(letter -> {
                assertThat(header(letter, "talflow-code")).isEqualTo("event/wrong-key");
                assertThat(letter.value()).isEqualTo(Json.bytes(Map.of("name", "Eve")));
            });
            assertThat(stack.gateway().firings("greeting/victim")).isEmpty();
            sdk.send(null, named("victim"));
        }
        await("the task ends").until(() -> stack.statuses().is("greeting/victim", "COMPLETED"));
    }

    @Test
    @DisplayName("puts what it cannot process, byte for byte, into the dead letters, and goes on")
    void malformedEventsAreDeadLetters() throws Exception {
        byte[] notJson = "{\"specversion\": oops".getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> malformed = new ProducerRecord<>(Topics.IN, notJson);
        malformed.headers().add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
        malformed.headers().add("trace", "abc".getBytes(StandardCharsets.UTF_8));
        kafka.send(malformed);
        kafka.send(new ProducerRecord<>(Topics.IN, "no event at all".getBytes(StandardCharsets.UTF_8)));
        kafka.send(new ProducerRecord<>(Topics.EVENTS, "a/b".getBytes(StandardCharsets.UTF_8), notJson));
        kafka.send(new ProducerRecord<>(Topics.DEFINITIONS, "broken@v1".getBytes(StandardCharsets.UTF_8), notJson));
        try (Sdk sdk = new Sdk(kafka, Encoding.BINARY)) {
            sdk.send(null, Sdk.event("com.example.named", "lost", "", Map.of()));
            sdk.send(null, Sdk.event(EventTypes.INVOCATION_COMPLETED, "forged", "greeting/t0", Map.of()));
            sdk.send(null, Sdk.event("com.example.named", "nobody", "greeting/nobody", Map.of()));
        }
        await("each has its dead letter")
                .untilAsserted(() -> assertThat(kafka.read(Topics.DEAD_LETTERS))
                        .extracting(letter -> header(letter, "talflow-code"))
                        .contains(
                                "event/malformed",
                                "event/no-task",
                                "event/reserved-type",
                                "task/unknown",
                                "definition/invalid"));
        ConsumerRecord<byte[], byte[]> letter = letters("trace", "abc").get(0);
        assertThat(letter.value()).isEqualTo(notJson);
        assertThat(header(letter, "talflow-topic")).isEqualTo(Topics.IN);
        assertThat(header(letter, "talflow-reason")).contains("line 1");
        try (Sdk sdk = new Sdk(kafka, Encoding.BINARY)) {
            sdk.send(null, Sdk.start("greeting", "alive", Map.of()));
            await("the task is there")
                    .until(() -> stack.statuses().of("greeting/alive").isPresent());
            sdk.send(null, named("alive"));
        }
        await("the job goes on").until(() -> stack.statuses().is("greeting/alive", "COMPLETED"));
    }

    private static CloudEvent named(String key) {
        return Sdk.event("com.example.named", "named-" + key, "greeting/" + key, Map.of("name", "Ada"));
    }

    private static Set<String> tasks(String prefix) {
        Set<String> tasks = stack.statuses().tasks();
        tasks.removeIf(task -> !task.startsWith(prefix));
        return tasks;
    }

    private static List<ConsumerRecord<byte[], byte[]>> letters(String name, String value) {
        return kafka.read(Topics.DEAD_LETTERS).stream()
                .filter(letter -> header(letter, name).equals(value))
                .toList();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
