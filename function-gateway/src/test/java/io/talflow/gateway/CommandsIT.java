package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Commands and dead letters, with a real broker and no job")
class CommandsIT {
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
        Map<String, Object> rule = Map.of("id", "late", "when", Map.of("event", "paid"), "do", Map.of("skip", "x"));
        Map<String, Object> add = Map.of("add", rule, "given", Map.of("n", 1L), "by", "ann");
        assertThat(client.post("/v1/tasks/w/rules/rules", add).status()).isEqualTo(202);
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
        TalEvent query = await().atMost(Duration.ofSeconds(10))
                .until(() -> logged(task), events -> !events.isEmpty())
                .get(0);
        assertThat(query.type()).isEqualTo(EventTypes.TASK_QUERY);
        Map<String, Object> asked = Json.parseObject(query.data());
        assertThat(asked).containsEntry("explain", rule);
        write(Topics.REPLIES, String.valueOf(asked.get("query")), Json.bytes(reply), Map.of());
        return answer.get();
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

    private static void write(String topic, String key, byte[] value, Map<String, byte[]> headers) throws Exception {
        byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, bytes, value);
        headers.forEach(record.headers()::add);
        producer.send(record).get();
    }

    private static List<TalEvent> logged(String task) {
        return LoggedEvents.all(broker.bootstrap()).stream()
                .filter(event -> event.task().equals(task))
                .toList();
    }
}
