package io.talflow.flink.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventSerializer;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job on a real broker; whoever sends events uses the plain CloudEvents SDK and no class of ours. */
@DisplayName("The job on a real broker")
class MiniClusterIT {
    private static final String WORKFLOW = """
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

    private static LocalKafka kafka;
    private static EchoGateway gateway;
    private static JobClient job;

    @BeforeAll
    static void start() throws Exception {
        kafka = LocalKafka.start(directory.resolve("kafka"));
        gateway = EchoGateway.start(kafka);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        OrchestratorJob.build(
                env,
                JobOptions.parse(
                        "--kafka", kafka.bootstrap(),
                        "--gateway", gateway.url(),
                        "--parallelism", "2",
                        "--checkpoints",
                                directory.resolve("checkpoints").toUri().toString()));
        job = env.executeAsync(OrchestratorJob.NAME);
        define("greeting", "v1", WORKFLOW);
    }

    @AfterAll
    static void stop() throws Exception {
        if (job != null) {
            job.cancel().get();
        }
        if (gateway != null) {
            gateway.close();
        }
        if (kafka != null) {
            kafka.close();
        }
    }

    @Test
    @DisplayName("takes events of any producer, of either mode, with any key, interleaved")
    void anyProducerFeedsTasks() throws Exception {
        try (KafkaProducer<byte[], CloudEvent> binary = producer(Encoding.BINARY);
                KafkaProducer<byte[], CloudEvent> structured = producer(Encoding.STRUCTURED)) {
            for (int number = 0; number < 20; number++) {
                binary.send(new ProducerRecord<>(Topics.IN, null, started("t" + number, number)));
            }
            await("twenty tasks run").until(() -> running("greeting/t").size() == 20);
            for (int number = 0; number < 20; number++) {
                String key = "t" + number;
                byte[] wrongKey = ("wrong" + number % 3).getBytes(StandardCharsets.UTF_8);
                structured.send(new ProducerRecord<>(Topics.IN, number % 2 == 0 ? null : wrongKey, named(key)));
                binary.send(new ProducerRecord<>(Topics.IN, wrongKey, named(key)));
            }
        }
        await("twenty tasks end").untilAsserted(() -> {
            for (int number = 0; number < 20; number++) {
                assertThat(status("greeting/t" + number).orElse(Map.of()))
                        .containsEntry("status", "COMPLETED")
                        .containsEntry("output", Map.of("input", Map.of("number", (long) number)));
            }
        });
        assertThat(gateway.firings())
                .filteredOn(firing -> firing.startsWith("greeting/t"))
                .hasSize(20);
    }

    @Test
    @DisplayName("takes a start sent twice for one task")
    void aRepeatedStartIsOneTask() throws Exception {
        CloudEvent start = CloudEventBuilder.v1()
                .withId("order-4711")
                .withSource(URI.create("/shop"))
                .withType(EventTypes.TASK_STARTED)
                .withData("application/json", json(Map.of("workflow", "greeting", "input", Map.of())))
                .build();
        Set<String> before = tasks();
        try (KafkaProducer<byte[], CloudEvent> producer = producer(Encoding.BINARY)) {
            producer.send(new ProducerRecord<>(Topics.IN, null, start));
            producer.send(new ProducerRecord<>(Topics.IN, "x".getBytes(StandardCharsets.UTF_8), start));
            producer.send(new ProducerRecord<>(Topics.IN, null, started("after-repeat", 0)));
        }
        await("the start after both")
                .until(() -> status("greeting/after-repeat").isPresent());
        Set<String> fresh = tasks();
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
        try (KafkaProducer<byte[], CloudEvent> producer = producer(Encoding.BINARY)) {
            producer.send(new ProducerRecord<>(Topics.IN, null, event("com.example.named", "lost", "", Map.of())));
            producer.send(new ProducerRecord<>(
                    Topics.IN, null, event(EventTypes.INVOCATION_COMPLETED, "forged", "greeting/t0", Map.of())));
            producer.send(new ProducerRecord<>(
                    Topics.IN, null, event("com.example.named", "nobody", "greeting/nobody", Map.of())));
            producer.send(new ProducerRecord<>(
                    Topics.EVENTS,
                    "greeting/other".getBytes(StandardCharsets.UTF_8),
                    event("com.example.named", "wrong-key", "greeting/t0", Map.of())));
        }
        await("each has its dead letter")
                .untilAsserted(() -> assertThat(kafka.read(Topics.DEAD_LETTERS))
                        .extracting(letter -> header(letter, "talflow-code"))
                        .contains(
                                "event/malformed",
                                "event/no-task",
                                "event/reserved-type",
                                "task/unknown",
                                "event/wrong-key",
                                "definition/invalid"));
        ConsumerRecord<byte[], byte[]> letter = kafka.read(Topics.DEAD_LETTERS).stream()
                .filter(each -> "abc".equals(header(each, "trace")))
                .findFirst()
                .orElseThrow();
        assertThat(letter.value()).isEqualTo(notJson);
        assertThat(header(letter, "talflow-topic")).isEqualTo(Topics.IN);
        assertThat(header(letter, "talflow-reason")).contains("line 1");
        try (KafkaProducer<byte[], CloudEvent> producer = producer(Encoding.BINARY)) {
            producer.send(new ProducerRecord<>(Topics.IN, null, started("alive", 1)));
            await("the task is there").until(() -> status("greeting/alive").isPresent());
            producer.send(new ProducerRecord<>(Topics.IN, null, named("alive")));
        }
        await("the job goes on").until(() -> ended("greeting/alive", "COMPLETED"));
    }

    @Test
    @DisplayName("lets a task wait for its definition, and begins when it comes")
    void aTaskWaitsForItsDefinition() throws Exception {
        try (KafkaProducer<byte[], CloudEvent> producer = producer(Encoding.STRUCTURED)) {
            producer.send(new ProducerRecord<>(
                    Topics.IN,
                    null,
                    event(
                            EventTypes.TASK_STARTED,
                            "early",
                            "later/one",
                            Map.of("workflow", "later", "input", Map.of()))));
            await("the task is there").until(() -> ended("later/one", "WAITING"));
            producer.send(new ProducerRecord<>(
                    Topics.IN, null, event("com.example.named", "early-2", "later/one", Map.of())));
        }
        define("later", "v7", WORKFLOW.replace("workflow: greeting", "workflow: later"));
        await("the task ends").until(() -> ended("later/one", "COMPLETED"));
        assertThat(status("later/one").orElseThrow()).containsEntry("version", "v7");
    }

    @Test
    @DisplayName("reads a topic of the user's own once a workflow names it and it exists")
    void aWorkflowNamesATopic() throws Exception {
        String workflow = WORKFLOW.replace("workflow: greeting", "workflow: shop")
                .replace("type: com.example.named", "type: com.example.named, topic: shop.orders");
        define("shop", "v1", workflow);
        try (KafkaProducer<byte[], CloudEvent> producer = producer(Encoding.BINARY)) {
            producer.send(new ProducerRecord<>(
                    Topics.IN,
                    null,
                    event(
                            EventTypes.TASK_STARTED,
                            "shop-1",
                            "shop/one",
                            Map.of("workflow", "shop", "input", Map.of()))));
            await("the task runs").until(() -> ended("shop/one", "RUNNING"));
            kafka.create("shop.orders", 1);
            producer.send(new ProducerRecord<>(
                    "shop.orders", null, event("com.example.named", "order-1", "shop/one", Map.of())));
        }
        await("the task ends").until(() -> ended("shop/one", "COMPLETED"));
    }

    private static void define(String workflow, String version, String text) throws Exception {
        byte[] definition =
                json(Map.of("workflow", workflow, "version", version, "file", "workflow.yaml", "text", text));
        byte[] versionKey = (workflow + "@" + version).getBytes(StandardCharsets.UTF_8);
        kafka.send(new ProducerRecord<>(Topics.DEFINITIONS, versionKey, definition));
        kafka.send(new ProducerRecord<>(
                Topics.DEFINITIONS,
                workflow.getBytes(StandardCharsets.UTF_8),
                json(Map.of("workflow", workflow, "version", version))));
    }

    private static CloudEvent started(String key, int number) {
        return event(
                EventTypes.TASK_STARTED,
                "start-" + key,
                "",
                Map.of("workflow", "greeting", "key", key, "input", Map.of("number", number)));
    }

    private static CloudEvent named(String key) {
        return event("com.example.named", "named-" + key, "greeting/" + key, Map.of("name", "Ada"));
    }

    private static CloudEvent event(String type, String id, String task, Object data) {
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId(id)
                .withSource(URI.create("/test"))
                .withType(type)
                .withData("application/json", json(data));
        return (task.isEmpty() ? event : event.withExtension("taltask", task)).build();
    }

    private static KafkaProducer<byte[], CloudEvent> producer(Encoding encoding) {
        CloudEventSerializer events = new CloudEventSerializer();
        events.configure(
                Map.of(
                        "cloudevents.serializer.encoding",
                        encoding,
                        "cloudevents.serializer.event_format",
                        JsonFormat.CONTENT_TYPE),
                false);
        return new KafkaProducer<>(Map.of("bootstrap.servers", kafka.bootstrap()), new ByteArraySerializer(), events);
    }

    private static Optional<Map<String, Object>> status(String task) {
        Map<String, Object> best = null;
        for (ConsumerRecord<byte[], byte[]> record : kafka.read(Topics.TASKS)) {
            if (new String(record.key(), StandardCharsets.UTF_8).equals(task)) {
                Map<String, Object> data = data(record);
                if (best == null || revision(data) >= revision(best)) {
                    best = data;
                }
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean ended(String task, String status) {
        return status(task).filter(data -> status.equals(data.get("status"))).isPresent();
    }

    private static Set<String> running(String prefix) {
        Set<String> running = tasks();
        running.removeIf(task -> !task.startsWith(prefix));
        return running;
    }

    private static Set<String> tasks() {
        Set<String> tasks = new TreeSet<>();
        kafka.read(Topics.TASKS)
                .forEach(record -> tasks.add(String.valueOf(data(record).get("task"))));
        return tasks;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> data(ConsumerRecord<byte[], byte[]> record) {
        return (Map<String, Object>) Json.parseObject(record.value()).get("data");
    }

    private static long revision(Map<String, Object> data) {
        return ((Number) data.get("revision")).longValue();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static byte[] json(Object value) {
        return Json.bytes(value);
    }

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200));
    }
}
