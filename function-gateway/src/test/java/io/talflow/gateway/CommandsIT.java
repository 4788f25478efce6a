package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.replay.History;
import io.talflow.tal.replay.HistoryFile;
import io.talflow.tal.semantics.Effect;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Commands and dead letters, with a real broker and no job")
class CommandsIT {
    private static final String WORKFLOW = """
            tal: 1
            workflow: w
            events: {paid: {type: com.shop.paid.v1}}
            functions: {f: {replay: {runtime: 1ms}}}
            rules:
              - {when: started, do: {invoke: f}}
              - {when: {completed: f}, do: {complete: 1}}
            """;

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static Gateway gateway;
    private static GatewayClient client;
    private static KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data));
        client = new GatewayClient(gateway.url());
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @AfterAll
    static void stop() {
        producer.close();
        gateway.close();
        broker.close();
    }

    @Test
    void aCancelSaysWhyAndWhetherToCompensate() throws Exception {
        client.post("/v1/tasks/w/cancel:cancel", Map.of("reason", "too dear", "compensate", true));
        client.post("/v1/tasks/w/cancel:cancel", Map.of());
        assertThat(logged("w/cancel"))
                .extracting(TalEvent::value)
                .containsExactly(
                        Map.of("reason", "too dear", "compensate", true),
                        Map.of("reason", "cancelled by a user", "compensate", false));
        assertThat(client.post("/v1/tasks/w/cancel:cancel", Map.of("compensate", "yes"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aRuleIsAddedEnabledOrDisabledByAnEvent() throws Exception {
        known("w/rules");
        Map<String, Object> rule = Map.of("id", "late", "when", Map.of("event", "paid"), "do", Map.of("skip", "f"));
        Map<String, Object> add = Map.of("add", rule, "given", Map.of("n", 1L), "by", "ann");
        assertThat(client.post("/v1/tasks/w/rules/rules", add).json())
                .isEqualTo(Map.of("task", "w/rules", "rule", "late"));
        assertThat(client.post("/v1/tasks/w/rules/rules", Map.of("enable", "late"))
                        .json())
                .isEqualTo(Map.of("task", "w/rules"));
        client.post("/v1/tasks/w/rules/rules", Map.of("disable", "late", "by", "bob"));
        List<TalEvent> events = logged("w/rules");
        assertThat(events).extracting(TalEvent::type).containsOnly(EventTypes.TASK_RULES);
        assertThat(events).extracting(TalEvent::id).doesNotHaveDuplicates();
        assertThat(events)
                .extracting(TalEvent::value)
                .containsExactly(add, Map.of("enable", "late", "by", "api"), Map.of("disable", "late", "by", "bob"));
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of(),
                Map.of("add", "late"),
                Map.of("enable", ""),
                Map.of("enable", "a", "disable", "b"),
                Map.of("enable", "a", "given", Map.of()),
                Map.of("add", rule, "given", 1L),
                Map.of("enable", "a", "by", 1L),
                Map.of("enable", "a", "bi", "ann"))) {
            assertThat(client.post("/v1/tasks/w/rules/rules", wrong).json())
                    .as("%s", wrong)
                    .containsEntry("code", "gateway/bad-request");
        }
        assertThat(logged("w/rules")).hasSize(3);
    }

    @Test
    void aRuleIsHeldToTheWorkflowItsTaskRuns() throws Exception {
        known("w/checked");
        Map<String, Object> rule = Map.of("when", Map.of("completed", "added"), "do", Map.of("skip", "f"));
        CompletableFuture<GatewayClient.Answer> refused = CompletableFuture.supplyAsync(
                () -> posted("/v1/tasks/w/checked/rules", "application/json", Json.text(Map.of("add", rule))));
        reply("w/checked", "*", Map.of("rules", List.of()));
        assertThat(refused.get().json()).containsEntry("code", "gateway/invalid-rule");
        assertThat(refused.get().json().get("problems")).asString().contains("added");

        known("w/odd");
        String file = "when: {event: paid}\ndo: {skip: f}\nfires: never\n";
        CompletableFuture<GatewayClient.Answer> odd = CompletableFuture.supplyAsync(
                () -> posted("/v1/tasks/w/odd/rules?file=late.yaml", "application/yaml", file));
        reply("w/odd", "*", Map.of("rules", List.of()));
        assertThat(odd.get().status()).isEqualTo(422);
        assertThat(odd.get().json().get("problems"))
                .asString()
                .contains("file=late.yaml", "line=3", "fires: must be once or each");

        String good = "given: {n: 2}\nwhen: {event: paid}\ndo: {skip: f}\n";
        assertThat(posted("/v1/tasks/w/checked/rules?by=ann", "application/yaml", good)
                        .status())
                .isEqualTo(202);
        assertThat(logged("w/checked"))
                .filteredOn(event -> event.type().equals(EventTypes.TASK_RULES))
                .singleElement()
                .satisfies(event -> assertThat(event.value()).asString().contains("id=added", "given={n=2}", "by=ann"));
        assertThat(client.post("/v1/tasks/w/nobody/rules", Map.of("add", rule)).json())
                .containsEntry("code", "gateway/unknown-task");
    }

    @Test
    void aRuleMayNameWhatAnotherAddedOneHasBrought() throws Exception {
        known("w/second");
        Map<String, Object> rule = Map.of("when", Map.of("completed", "again"), "do", Map.of("skip", "f"));
        CompletableFuture<GatewayClient.Answer> accepted = CompletableFuture.supplyAsync(
                () -> posted("/v1/tasks/w/second/rules", "application/json", Json.text(Map.of("add", rule))));
        Map<String, Object> before =
                Map.of("id", "first", "when", Map.of("event", "paid"), "do", Map.of("invoke", "f", "as", "again"));
        reply("w/second", "*", Map.of("rules", List.of(Map.of("rule", "first", "added", before))));
        assertThat(accepted.get().status()).isEqualTo(202);
    }

    @Test
    void aHistoryHasTheDefinitionTheEventsAndTheDecisions() throws Exception {
        TalEvent cancel = TalEvent.engine("c", "/test", EventTypes.TASK_CANCEL, "w/told", Map.of());
        RecordMetadata written = write(Topics.EVENTS, "w/told", cancel.data(), CloudEventCodec.headers(cancel));
        TalEvent wrong = TalEvent.engine("c", "/test", EventTypes.TASK_CANCEL, "w/else", Map.of());
        write(Topics.EVENTS, "w/told", wrong.data(), CloudEventCodec.headers(wrong));
        byte[] decision =
                Json.bytes(Map.of("task", "w/told", "offset", written.offset(), "revision", 1L, "ended", "CANCELLED"));
        write(Topics.HISTORY, "w/told", decision, Map.of());
        write(Topics.HISTORY, "w/told", decision, Map.of());
        status("w/told", client.apply("w", Map.of("workflow.yaml", WORKFLOW)), written.partition());
        GatewayClient.Answer answer = client.get("/v1/tasks/w/told/history");
        assertThat(answer.contentType()).startsWith("application/jsonl");
        History history = HistoryFile.read("answer", new ByteArrayInputStream(answer.body()));
        assertThat(history.definition()).isEqualTo(WORKFLOW);
        assertThat(history.events()).singleElement().satisfies(entry -> {
            assertThat(entry.event().type()).isEqualTo(EventTypes.TASK_CANCEL);
            assertThat(entry.decisions()).containsExactly(Map.of("revision", 1L, "ended", "CANCELLED"));
        });
        assertThat(client.get("/v1/tasks/w/nobody/history").json()).containsEntry("code", "gateway/unknown-task");
        status("w/early", "", 0);
        assertThat(client.get("/v1/tasks/w/early/history").json()).containsEntry("code", "gateway/not-begun");
    }

    /** A task that the view knows to run the workflow. */
    private static void known(String task) throws Exception {
        status(task, client.apply("w", Map.of("workflow.yaml", WORKFLOW)), 0);
    }

    private static void status(String task, String version, int partition) throws Exception {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("task", task);
        status.put("workflow", "w");
        status.put("version", version);
        status.put("status", version.isEmpty() ? "WAITING" : "RUNNING");
        status.put("revision", 1L);
        status.put("partition", (long) partition);
        status.put("startOffset", 0L);
        status.put("startedAt", 0L);
        TalEvent event = TalEvent.engine(task + "#1", "/talflow/job", Effect.Status.TASK, task, status);
        write(
                Topics.TASKS,
                task,
                CloudEventCodec.structuredBytes(event),
                Map.of("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8)));
        await("the view knows " + task)
                .atMost(Duration.ofSeconds(10))
                .until(() -> client.get("/v1/tasks/" + task).status() == 200);
    }

    private static GatewayClient.Answer posted(String path, String type, String body) {
        try {
            return client.post(path, type, body.getBytes(StandardCharsets.UTF_8));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anExplanationIsWhatTheJobReplies() throws Exception {
        assertThat(explained("w/one", "/v1/tasks/w/one/explain?rule=slice", "slice", Map.of("rules", List.of())))
                .satisfies(answer -> assertThat(answer.json()).isEqualTo(Map.of("rules", List.of())));
        assertThat(explained("w/all", "/v1/tasks/w/all/explain", "*", Map.of("status", "UNKNOWN")))
                .satisfies(answer -> assertThat(answer.json()).containsEntry("code", "gateway/unknown-task"));
    }

    /** Asks, and replies in the job's place. */
    private static GatewayClient.Answer explained(String task, String path, String rule, Object reply)
            throws Exception {
        CompletableFuture<GatewayClient.Answer> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return client.get(path);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        reply(task, rule, reply);
        return answer.get();
    }

    /** Replies to the task's only query in the job's place. */
    private static void reply(String task, String rule, Object reply) throws Exception {
        TalEvent query = await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> logged(task).stream()
                                .filter(event -> event.type().equals(EventTypes.TASK_QUERY))
                                .toList(),
                        queries -> !queries.isEmpty())
                .get(0);
        Map<String, Object> asked = Json.parseObject(query.data());
        assertThat(asked).containsEntry("explain", rule);
        write(Topics.REPLIES, String.valueOf(asked.get("query")), Json.bytes(reply), Map.of());
    }

    @Test
    void aDeadLetterIsListedShownAndSentAgain() throws Exception {
        TalEvent event = TalEvent.engine("again", "/shop", "com.shop.paid.v1", "w/letters", Map.of("n", 1L));
        letter(Topics.EVENTS, "w/letters", event.data(), event);
        letter(Topics.EVENTS, "w/wrong", event.data(), event);
        letter(Topics.TASKS, "w/letters", event.data(), event);
        letter(Topics.IN, null, new byte[] {(byte) 0xfe, 1}, event);
        Map<String, Object> first = client.get("/v1/dead-letters?pageSize=3").json();
        assertThat(letters(first)).extracting(letter -> letter.get("offset")).containsExactly(3L, 2L, 1L);
        assertThat(letters(first).get(0)).containsEntry("valueBase64", "/gE=").doesNotContainKey("key");
        Map<String, Object> rest = client.get("/v1/dead-letters?pageSize=3&pageToken=" + first.get("nextPageToken"))
                .json();
        assertThat(letters(rest)).extracting(letter -> letter.get("offset")).containsExactly(0L);
        assertThat(rest).doesNotContainKey("nextPageToken");

        assertThat(client.get("/v1/dead-letters/0").json())
                .containsEntry("code", "event/odd")
                .containsEntry("reason", "as a test wants it")
                .containsEntry("topic", Topics.EVENTS)
                .containsEntry("key", "w/letters")
                .containsEntry("value", "{\"n\":1}");
        assertThat(client.get("/v1/dead-letters/4").json()).containsEntry("code", "gateway/unknown-dead-letter");

        assertThat(client.post("/v1/dead-letters/0:retry", Map.of()).json()).containsEntry("topic", Topics.EVENTS);
        assertThat(logged("w/letters"))
                .singleElement()
                .satisfies(again -> assertThat(CloudEventCodec.structuredBytes(again))
                        .isEqualTo(CloudEventCodec.structuredBytes(event)));
        assertThat(client.post("/v1/dead-letters/1:retry", Map.of()).json()).containsEntry("topic", Topics.IN);
        assertThat(client.post("/v1/dead-letters/3:retry", Map.of()).json()).containsEntry("topic", Topics.IN);
        assertThat(client.post("/v1/dead-letters/2:retry", Map.of()).json())
                .containsEntry("code", "gateway/not-retryable");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> letters(Map<String, Object> page) {
        return (List<Map<String, Object>>) page.get("deadLetters");
    }

    private static void letter(String topic, String key, byte[] value, TalEvent original) throws Exception {
        Map<String, byte[]> headers = new LinkedHashMap<>(CloudEventCodec.headers(original));
        Map.of("code", "event/odd", "reason", "as a test wants it", "topic", topic, "partition", "0", "offset", "5")
                .forEach((name, text) -> headers.put("talflow-" + name, text.getBytes(StandardCharsets.UTF_8)));
        write(Topics.DEAD_LETTERS, key, value, headers);
    }

    private static RecordMetadata write(String topic, String key, byte[] value, Map<String, byte[]> headers)
            throws Exception {
        byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, bytes, value);
        headers.forEach(record.headers()::add);
        return producer.send(record).get();
    }

    private static List<TalEvent> logged(String task) {
        return LoggedEvents.all(broker.bootstrap()).stream()
                .filter(event -> event.task().equals(task))
                .toList();
    }
}
