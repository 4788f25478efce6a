package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.semantics.Effect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The control API")
class ControlApiIT {
    private static final String WORKFLOW = """
            tal: 1
            workflow: %s
            functions: {f: {replay: {runtime: 0s}}}
            rules:
              - {when: started, do: {invoke: f}}
              - {when: {completed: f}, do: {complete: 1}}
            """;

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static Gateway gateway;
    private static GatewayClient client;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("one")));
        client = new GatewayClient(gateway.url());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        broker.close();
    }

    @Test
    void startsATaskOfTheWorkflowsCurrentVersionThroughTheLog() throws Exception {
        client.apply("shop", Map.of("workflow.yaml", WORKFLOW.formatted("shop")));
        GatewayClient.Answer started =
                client.post("/v1/workflows/shop:start", Map.of("key", "order-1", "input", Map.of("n", 1L)));
        assertThat(started.status()).isEqualTo(202);
        assertThat(started.json()).containsEntry("task", "shop/order-1");
        assertThat(of("shop/order-1")).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo(EventTypes.TASK_STARTED);
            assertThat(event.value()).isEqualTo(Map.of("workflow", "shop", "input", Map.of("n", 1L)));
        });
        assertThat(client.post("/v1/tasks/shop/order-1:cancel", Map.of("reason", "too late"))
                        .status())
                .isEqualTo(202);
        assertThat(of("shop/order-1")).last().satisfies(event -> {
            assertThat(event.type()).isEqualTo(EventTypes.TASK_CANCEL);
            assertThat(event.value()).isEqualTo(Map.of("reason", "too late", "compensate", false));
        });
    }

    @Test
    void aDeletedWorkflowStartsNoTasksAndItsVersionsStay() throws Exception {
        String version = client.apply("gone", Map.of("workflow.yaml", WORKFLOW.formatted("gone")));
        assertThat(client.delete("/v1/workflows/gone").status()).isEqualTo(204);
        refused(client.post("/v1/workflows/gone:start", Map.of()), 404, "gateway/unknown-workflow");
        assertThat(client.get("/v1/workflows").json().get("workflows").toString())
                .doesNotContain("gone");
        assertThat(client.get("/v1/workflows/gone?version=" + version).json()).containsEntry("version", version);
    }

    @Test
    void tellsEveryProblemOfABadWorkflowWithItsPosition() throws Exception {
        String bad =
                WORKFLOW.formatted("bad").replace("invoke: f", "invoke: g").replace("completed: f", "completed: h");
        GatewayClient.Answer answer = client.put("/v1/workflows/bad", GatewayClient.zip(Map.of("workflow.yaml", bad)));
        assertThat(refused(answer, 422, "gateway/invalid-workflow")
                        .get("problems")
                        .toString())
                .contains("code=tal/unknown-function", "line=5")
                .contains("code=tal/never-fires", "line=6");
    }

    @Test
    void refusesAWorkflowOf10Megabytes() throws Exception {
        byte[] comment = new byte[5 << 20]; // random, since what compresses too well is refused as a bomb
        new Random(1).nextBytes(comment);
        String large = WORKFLOW.formatted("large") + "# " + HexFormat.of().formatHex(comment);
        refused(
                client.put("/v1/workflows/large", GatewayClient.zip(Map.of("workflow.yaml", large))),
                413,
                "gateway/too-large");
    }

    @Test
    void refusesAnEventThatIsNone() throws Exception {
        byte[] notJson = "{\"specversion\": oops".getBytes(StandardCharsets.UTF_8);
        refused(client.post("/v1/events", "application/cloudevents+json", notJson), 400, "gateway/bad-event");
        TalEvent forged = TalEvent.engine("1", "/me", EventTypes.INVOCATION_COMPLETED, "shop/order-1", Map.of());
        refused(
                client.post("/v1/events", "application/cloudevents+json", CloudEventCodec.structuredBytes(forged)),
                400,
                "gateway/bad-event");
    }

    @Test
    void aGatewayWithAnEmptyViewAnswersTheSameFromTheTasksTopicAlone() throws Exception {
        for (long number = 0; number < 10; number++) {
            String task = "seen/t" + number;
            publish(task, Effect.Status.TASK, task(task, "COMPLETED", 7, number));
            publish(task, Effect.Status.TASK, task(task, "RUNNING", 2, number));
            for (String status : List.of("RUNNING", "FAILED")) {
                String firing = task + "@0/r/0";
                publish(firing, Effect.Status.INVOCATION, invocation(task, firing, status));
            }
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> client.get("/v1/tasks/seen/t9/invocations")
                        .json()
                        .toString()
                        .contains("FAILED"));
        try (Gateway second = Gateway.start(
                GatewayOptions.of(broker.bootstrap(), data.resolve("empty")).withNodeId("node-2"))) {
            GatewayClient other = new GatewayClient(second.url());
            for (String path : List.of(
                    "/v1/tasks/seen/t0",
                    "/v1/tasks/seen/t9",
                    "/v1/tasks/seen/t3/invocations",
                    "/v1/tasks?workflow=seen",
                    "/v1/tasks?workflow=seen&status=completed&pageSize=4")) {
                await(path)
                        .atMost(Duration.ofSeconds(20))
                        .untilAsserted(
                                () -> assertThat(timeless(other.get(path))).isEqualTo(timeless(client.get(path))));
            }
            assertThat(other.get("/v1/tasks/seen/t9").json())
                    .containsEntry("status", "COMPLETED")
                    .containsEntry("revision", 7L)
                    .containsEntry("nodes", Map.of("f", Map.of("failed", 1L)));
        }
    }

    private static Map<String, Object> timeless(GatewayClient.Answer answer) {
        Map<String, Object> json = new LinkedHashMap<>(answer.json());
        assertThat(answer.status()).isEqualTo(200);
        Map<String, Object> asOf = new LinkedHashMap<>();
        ((Map<?, ?>) json.get("asOf")).forEach((name, value) -> asOf.put(String.valueOf(name), value));
        assertThat(asOf.remove("lagMillis")).isInstanceOf(Long.class);
        json.put("asOf", asOf);
        return json;
    }

    private static Map<String, Object> task(String task, String status, long revision, long startedAt) {
        return Map.of("task", task, "workflow", "seen", "status", status, "revision", revision, "startedAt", startedAt);
    }

    private static Map<String, Object> invocation(String task, String firing, String status) {
        return Map.of("task", task, "firing", firing, "node", "f", "status", status, "revision", 3L, "wantedAt", 1L);
    }

    private static void publish(String key, String type, Map<String, Object> state) throws Exception {
        TalEvent event = TalEvent.engine(key, "/talflow/job", type, String.valueOf(state.get("task")), state);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                    Topics.TASKS, key.getBytes(StandardCharsets.UTF_8), CloudEventCodec.structuredBytes(event));
            record.headers().add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
            producer.send(record).get();
        }
    }

    private static List<TalEvent> of(String task) {
        return LoggedEvents.all(broker.bootstrap()).stream()
                .filter(event -> event.task().equals(task))
                .toList();
    }

    private static Map<String, Object> refused(GatewayClient.Answer answer, int status, String code) {
        Map<String, Object> problem = Json.parseObject(answer.body());
        assertThat(answer.status()).as("%s", problem).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(problem).containsEntry("code", code).containsEntry("status", (long) status);
        return problem;
    }
}
