package io.talflow.flink.job;

import static io.talflow.flink.job.JobStack.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.message.Encoding;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Events of the outside that know of no task")
class EventsIT {
    private static final String SHOP = """
            tal: 1
            workflow: shop
            events:
              placed:
                type: com.shop.placed
                topic: shop.orders
                data: {type: object, required: [id], properties: {id: {type: string}}}
              paid: {type: com.shop.paid, topic: shop.payments, key: "${ event.data.order }", keep: 10m}
            start:
              when: {event: placed}
              key: ${ event.data.id }
              with: {order: "${ event.data.id }"}
            rules:
              - when: {all: [{event: placed, as: order}, {event: paid, as: money}]}
                do: {complete: {order: "${ input.order }", sent: "${ order.id }", money: "${ money.data.amount }"}}
            """;
    private static final String HASTE = """
            tal: 1
            workflow: haste
            events: {go: {type: com.example.go}}
            rules:
              - when: {all: [started, {event: go}], within: 1s}
                do: {complete: in time}
                onTimeout: {complete: "${ event.type }"}
            """;
    private static final String TELLER = """
            tal: 1
            workflow: teller
            events: {told: {type: com.example.told, topic: example.told}, heard: {type: com.example.heard}}
            rules:
              - when: started
                do:
                  - {emit: {type: com.example.told, data: "${ input }"}}
                  - {emit: {type: com.example.other, data: "${ input }"}}
                  - {complete: done}
            """;

    private static final String NIGHTLY = """
            tal: 1
            workflow: nightly
            start: {cron: "0 0 * * *", with: {at: "${ event.time }"}}
            rules:
              - {when: started, do: {complete: "${ input.at }"}}
            """;

    @TempDir
    static Path directory;

    private static JobStack stack;
    private static LocalKafka kafka;
    private static Sdk sdk;

    @BeforeAll
    static void start() throws Exception {
        stack = JobStack.start(directory);
        kafka = stack.kafka();
        sdk = new Sdk(kafka, Encoding.BINARY);
        kafka.create("shop.orders", 2);
        kafka.create("shop.payments", 2);
        stack.define("shop", "v1", SHOP);
        stack.define("haste", "v1", HASTE);
        stack.define("teller", "v1", TELLER);
    }

    @AfterAll
    static void stop() throws Exception {
        if (sdk != null) {
            sdk.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @DisplayName("start a task by their key, and a second one of the same key does not")
    void startATaskByKey() throws Exception {
        sdk.send("shop.orders", null, null, placed("first", "k1"));
        await("the task runs").until(() -> stack.statuses().is("shop/k1", "RUNNING"));
        sdk.send("shop.orders", null, "any", placed("second", "k1"));
        await("both starts are in the log").until(() -> starts("shop/k1") == 2);
        sdk.send("shop.payments", null, null, paid("k1", 20));
        await("the task ends").until(() -> stack.statuses().is("shop/k1", "COMPLETED"));
        assertThat(stack.statuses().of("shop/k1").orElseThrow())
                .extractingByKey("output")
                .isEqualTo(Map.of("order", "k1", "sent", "first", "money", 20L));
        assertThat(stack.statuses().tasks())
                .filteredOn(task -> task.startsWith("shop/k1"))
                .hasSize(1);
    }

    @Test
    @DisplayName("wait for the task they are too early for")
    void waitForTheirTask() throws Exception {
        sdk.send("shop.payments", null, null, paid("k2", 30));
        await("the early one is in the log").until(() -> log("com.shop.paid", "shop/k2") == 1);
        sdk.send("shop.orders", null, null, placed("late", "k2"));
        await("the task ends").until(() -> stack.statuses().is("shop/k2", "COMPLETED"));
        assertThat(stack.statuses().of("shop/k2").orElseThrow())
                .extractingByKey("output")
                .isEqualTo(Map.of("order", "k2", "sent", "late", "money", 30L));
    }

    @Test
    @DisplayName("are dead letters if they belong nowhere, have no key or are not what was declared")
    void belongNowhere() throws Exception {
        sdk.send("shop.orders", null, null, Sdk.event("com.shop.unheard", "nowhere", "", Map.of("n", 1)));
        sdk.send("shop.payments", null, null, Sdk.event("com.shop.paid", "keyless", "", Map.of("amount", 1)));
        sdk.send("shop.orders", null, null, Sdk.event("com.shop.placed", "wrong", "", Map.of("id", 7)));
        await("each is a dead letter")
                .untilAsserted(() -> assertThat(List.of(code("nowhere"), code("keyless"), code("wrong")))
                        .containsExactly("event/no-task", "event/bad-key", "event/bad-data"));
        ConsumerRecord<byte[], byte[]> letter = letter("nowhere");
        assertThat(letter.value()).isEqualTo(Json.bytes(Map.of("n", 1)));
        assertThat(header(letter, "talflow-topic")).isEqualTo("shop.orders");
    }

    @Test
    @DisplayName("that never come let a window end by the clock alone")
    void aWindowEnds() throws Exception {
        sdk.send(null, Sdk.start("haste", "slow", Map.of()));
        await("the window ends").until(() -> stack.statuses().is("haste/slow", "COMPLETED"));
        assertThat(stack.statuses().of("haste/slow").orElseThrow()).containsEntry("output", EventTypes.TASK_TIMER);
        assertThat(log(EventTypes.TASK_TIMER, "haste/slow")).isPositive();
    }

    @Test
    @DisplayName("are emitted to topics that are not there as dead letters, and to those that are as events")
    void emitToATopicThatIsNotThere() throws Exception {
        sdk.send(null, Sdk.start("teller", "t1", Map.of("n", 1)));
        await("what was emitted is a dead letter")
                .until(() -> kafka.read(Topics.DEAD_LETTERS).stream()
                        .anyMatch(letter -> header(letter, "talflow-code").equals("event/no-topic")
                                && header(letter, "talflow-topic").equals("example.told")
                                && header(letter, "ce_taltask").equals("teller/t1")));
        await("the other one is sent").until(() -> kafka.read(Topics.OUT).size() == 1);
        kafka.create("example.told", 1);
        await("what is emitted from now on arrives").until(() -> {
            String key = "t" + System.nanoTime();
            sdk.send(null, Sdk.start("teller", key, Map.of("n", 2)));
            await("the task ends").until(() -> stack.statuses().is("teller/" + key, "COMPLETED"));
            return !kafka.read("example.told").isEmpty();
        });
    }

    @Test
    @DisplayName("are not needed where the clock starts tasks: the last time that was missed is made good")
    void theClockStartsTasks() throws Exception {
        Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
        stack.define("nightly", "v1", NIGHTLY, today.minus(Duration.ofDays(2)));
        String task = "nightly/cron-" + today.toString().replaceAll("[-:]", "").replace("000000Z", "0000Z");
        await("the task of this midnight ends").until(() -> stack.statuses().is(task, "COMPLETED"));
        assertThat(stack.statuses().of(task).orElseThrow())
                .containsEntry("output", today.toString().replace("Z", ".000Z"));
        assertThat(stack.statuses().tasks())
                .filteredOn(each -> each.startsWith("nightly/"))
                .containsExactly(task);
    }

    @Test
    @DisplayName("may lose their workflow and their topic, and the job goes on, also when it is restarted")
    void theirTopicMayGo() throws Exception {
        kafka.create("gone.orders", 1);
        stack.define(
                "gone", "v1", SHOP.replace("workflow: shop", "workflow: gone").replace("shop.orders", "gone.orders"));
        sdk.send("gone.orders", null, null, placed("first", "g1"));
        await("the task runs").until(() -> stack.statuses().is("gone/g1", "RUNNING"));
        stack.delete("gone");
        await("it is deleted").until(() -> {
            String key = "late" + System.nanoTime();
            sdk.send(null, Sdk.start("gone", key, Map.of()));
            await("it is there").until(() -> stack.statuses().of("gone/" + key).isPresent());
            return stack.statuses().is("gone/" + key, "WAITING");
        });
        sdk.send("gone.orders", null, null, placed("unread", "g2"));
        kafka.delete("gone.orders");
        stack.nextCheckpoint();
        stack.loseTaskManager();
        sdk.send("shop.orders", null, null, placed("after", "k3"));
        await("the job goes on").until(() -> stack.statuses().is("shop/k3", "RUNNING"));
        sdk.send(null, Sdk.event("com.shop.unheard", "marker", "", Map.of()));
        await("what came later has been given up").until(() -> !code("marker").isEmpty());
        assertThat(letter("unread")).as("nobody reads that topic any more").isNull();
    }

    private static CloudEvent placed(String id, String order) {
        return Sdk.event("com.shop.placed", id, "", Map.of("id", order));
    }

    private static CloudEvent paid(String order, int amount) {
        return Sdk.event("com.shop.paid", "paid-" + order, "", Map.of("order", order, "amount", amount));
    }

    private static long starts(String task) {
        return log(EventTypes.TASK_STARTED, task);
    }

    /** How many events of a type a task has in the log. */
    private static long log(String type, String task) {
        return kafka.read(Topics.EVENTS).stream()
                .filter(record -> header(record, "ce_type").equals(type)
                        && header(record, "ce_taltask").equals(task))
                .count();
    }

    private static String code(String id) {
        ConsumerRecord<byte[], byte[]> letter = letter(id);
        return letter == null ? "" : header(letter, "talflow-code");
    }

    /** The dead letter of an event; null while there is none. */
    private static ConsumerRecord<byte[], byte[]> letter(String id) {
        return kafka.read(Topics.DEAD_LETTERS).stream()
                .filter(letter -> header(letter, "ce_id").equals(id))
                .findFirst()
                .orElse(null);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
