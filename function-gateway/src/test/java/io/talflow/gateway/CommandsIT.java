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
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.RecordMetadata;
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
    private static JobStandIn job;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data));
        client = new GatewayClient(gateway.url());
        job = new JobStandIn(broker.bootstrap());
    }

    @AfterAll
    static void stop() {
        job.close();
        gateway.close();
        broker.close();
    }

    @Test
    void aCancelSaysWhyAndWhetherToCompensate() throws Exception {
        client.post("/v1/tasks/w/cancel:cancel", Map.of("reason", "too dear", "compensate", true));
        client.post("/v1/tasks/w/cancel:cancel", Map.of());
        assertThat(job.logged("w/cancel"))
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
        List<TalEvent> events = job.logged("w/rules");
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
        assertThat(job.logged("w/rules")).hasSize(3);
    }

    @Test
    void aRuleIsHeldToTheWorkflowItsTaskRuns() throws Exception {
        known("w/checked");
        Map<String, Object> rule = Map.of("when", Map.of("completed", "added"), "do", Map.of("skip", "f"));
        CompletableFuture<GatewayClient.Answer> refused = CompletableFuture.supplyAsync(
                () -> posted("/v1/tasks/w/checked/rules", "application/json", Json.text(Map.of("add", rule))));
        job.reply("w/checked", "*", Map.of("rules", List.of()));
        assertThat(refused.get().json()).containsEntry("code", "gateway/invalid-rule");
        assertThat(refused.get().json().get("problems")).asString().contains("added");

        known("w/odd");
        String file = "when: {event: paid}\ndo: {skip: f}\nfires: never\n";
        CompletableFuture<GatewayClient.Answer> odd = CompletableFuture.supplyAsync(
                () -> posted("/v1/tasks/w/odd/rules?file=late.yaml", "application/yaml", file));
        job.reply("w/odd", "*", Map.of("rules", List.of()));
        assertThat(odd.get().status()).isEqualTo(422);
        assertThat(odd.get().json().get("problems"))
                .asString()
                .contains("file=late.yaml", "line=3", "fires: must be once or each");

        String good = "given: {n: 2}\nwhen: {event: paid}\ndo: {skip: f}\n";
        assertThat(posted("/v1/tasks/w/checked/rules?by=ann", "application/yaml", good)
                        .status())
                .isEqualTo(202);
        assertThat(job.logged("w/checked"))
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
        job.reply("w/second", "*", Map.of("rules", List.of(Map.of("rule", "first", "added", before))));
        assertThat(accepted.get().status()).isEqualTo(202);
    }

    @Test
    void aHistoryHasTheDefinitionTheEventsAndTheDecisions() throws Exception {
        TalEvent cancel = TalEvent.engine("c", "/test", EventTypes.TASK_CANCEL, "w/told", Map.of());
        RecordMetadata written = job.write(Topics.EVENTS, "w/told", cancel.data(), CloudEventCodec.headers(cancel));
        TalEvent wrong = TalEvent.engine("c", "/test", EventTypes.TASK_CANCEL, "w/else", Map.of());
        job.write(Topics.EVENTS, "w/told", wrong.data(), CloudEventCodec.headers(wrong));
        byte[] decision =
                Json.bytes(Map.of("task", "w/told", "offset", written.offset(), "revision", 1L, "ended", "CANCELLED"));
        job.write(Topics.HISTORY, "w/told", decision, Map.of());
        job.write(Topics.HISTORY, "w/told", decision, Map.of());
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
        job.status(task, version, partition);
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
        job.reply(task, rule, reply);
        return answer.get();
    }

    @Test
    void aDeadLetterIsListedShownAndSentAgain() throws Exception {
        TalEvent event = TalEvent.engine("again", "/shop", "com.shop.paid.v1", "w/letters", Map.of("n", 1L));
        job.deadLetter(Topics.EVENTS, "w/letters", event.data(), event);
        job.deadLetter(Topics.EVENTS, "w/wrong", event.data(), event);
        job.deadLetter(Topics.TASKS, "w/letters", event.data(), event);
        job.deadLetter(Topics.IN, null, new byte[] {(byte) 0xfe, 1}, event);
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
        assertThat(job.logged("w/letters"))
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
}
