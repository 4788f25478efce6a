package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A running function that signals its data")
class SignalsIT {
    private static final String PYTHON = """
            import json, os, threading
            from talflow import SignalRefused

            def split(ctx, input):
                ctx.ready("header", {"codec": "h264"})
                ctx.item("chunks", "a")
                ctx.item("chunks", "b")
                closed = ctx.close("chunks")
                ctx.items("keyed", [])
                try:
                    ctx.item("chunk", "c")
                except SignalRefused as refused:
                    return {"closed": closed, "refused": refused.code, "detail": refused.detail}

            def races(ctx, input):
                started = threading.Barrier(input["threads"] + 1)

                def signal(number):
                    acknowledged, why = 0, ""
                    started.wait()
                    while not why:
                        try:
                            ctx.item("keyed", acknowledged, key="%d-%d" % (number, acknowledged))
                            acknowledged += 1
                        except SignalRefused as refused:
                            why = refused.code
                    path = os.path.join(input["folder"], str(number))
                    with open(path + ".new", "w") as file:
                        json.dump({"acknowledged": acknowledged, "refused": why}, file)
                    os.rename(path + ".new", path)

                for number in range(input["threads"]):
                    threading.Thread(target=signal, args=(number,)).start()
                started.wait()
                for n in range(20):
                    ctx.item("chunks", n)
            """;

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static HeldFunction function;
    private static Gateway gateway;
    private static GatewayClient client;
    private static String version;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        function = new HeldFunction();
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("one")));
        client = new GatewayClient(gateway.url());
        version = client.apply("sig", Map.of("signals.py", PYTHON, "workflow.yaml", """
                tal: 1
                workflow: sig
                functions:
                  split: {python: "signals.py:split", emits: {header: value, chunks: stream, keyed: stream}}
                  races: {python: "signals.py:races", emits: {chunks: stream, keyed: stream}}
                  held: {http: "%1$s", emits: {header: value, chunks: stream}}
                  brief: {http: "%1$s", emits: {header: value}, timeout: 300ms}
                rules:
                  - {when: started, do: [{invoke: split}, {invoke: races}, {invoke: held}, {invoke: brief}]}
                """.formatted(function.url())));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        function.close();
        broker.close();
    }

    @Test
    void isInTheLogInItsOrderAndBeforeTheOutcome() throws Exception {
        fire("split", "order/0", 1, Map.of());
        List<TalEvent> events = awaitOutcome("order/0");
        String firing = "sig/t@0/order/0";
        assertThat(events)
                .extracting(TalEvent::id)
                .containsExactly(
                        firing + "/ready/header",
                        firing + "/chunks/0",
                        firing + "/chunks/1",
                        firing + "/chunks/close",
                        firing + "/keyed/close",
                        firing + "/1");
        assertThat(events)
                .extracting(TalEvent::value)
                .startsWith(Map.of("codec", "h264"), "a", "b", Map.of("count", 2L), Map.of("count", 0L));
        assertThat(events.get(5).value())
                .isEqualTo(Map.of(
                        "closed",
                        2L,
                        "refused",
                        "gateway/undeclared-datum",
                        "detail",
                        "function split does not declare chunk; add it to its emits; did you mean chunks?"));
        TalEvent item = events.get(2);
        assertThat(item.type()).isEqualTo(EventTypes.DATA_ITEM);
        assertThat(item.kind()).isEqualTo(TalEvent.Kind.DATA);
        assertThat(item.source()).isEqualTo("/talflow/sig/t");
        assertThat(item.task()).isEqualTo("sig/t");
        assertThat(item.attempt()).isEqualTo(1);
        assertThat(item.extensions())
                .isEqualTo(Map.of(EventTypes.DATUM, "chunks", EventTypes.SLICE, "1", "talnode", "node-1"));
    }

    @Test
    void isNeverInTheLogAfterTheOutcomeAndNeverLostOnceAcknowledged() throws Exception {
        int threads = 4;
        Path folder = Files.createDirectories(data.resolve("races"));
        fire("races", "races/0", 1, Map.of("threads", (long) threads, "folder", folder.toString()));
        awaitOutcome("races/0");
        long acknowledged = 0;
        for (int i = 0; i < threads; i++) {
            Path said = folder.resolve(Integer.toString(i));
            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(said));
            Map<String, Object> words = Json.parseObject(Files.readAllBytes(said));
            assertThat(words).containsEntry("refused", "gateway/attempt-ended");
            acknowledged += (Long) words.get("acknowledged");
        }
        List<TalEvent> events = LoggedEvents.of(broker.bootstrap(), "sig/t@0/races/0");
        assertThat(events.get(events.size() - 1).type())
                .as("the last event of the firing")
                .isEqualTo(EventTypes.INVOCATION_COMPLETED);
        assertThat(events.stream()
                        .filter(event -> "keyed".equals(event.extensions().get(EventTypes.DATUM))))
                .hasSize((int) acknowledged);
    }

    @Test
    void isRefusedWithoutATokenAndAfterTheEnd() throws Exception {
        fire("held", "ended/0", 1, Map.of());
        HeldFunction.Call call = function.call();
        assertThat(call.runtime()).isEqualTo(gateway.url());
        assertThat(client.signal(call.token(), "ready/header", 1L).json())
                .containsEntry("id", "sig/t@0/ended/0/ready/header");
        refused(401, "gateway/unknown-token", client.post("/v1/runtime/ready/header", 1L));
        refused(401, "gateway/unknown-token", client.signal("0".repeat(32), "ready/header", 1L));
        call.answer(Map.of());
        awaitOutcome("ended/0");
        refused(410, "gateway/attempt-ended", client.signal(call.token(), "ready/header", 1L));
        refused(410, "gateway/attempt-ended", client.signal(call.token(), "items/chunks?key=0", 1L));
        refused(410, "gateway/attempt-ended", client.signal(call.token(), "streams/chunks:close", Map.of("count", 0)));
        assertThat(LoggedEvents.of(broker.bootstrap(), "sig/t@0/ended/0")).hasSize(2);
    }

    @Test
    void speaksForTheTaskOfItsTokenOnly() throws Exception {
        fire("held", "mine/0", 1, Map.of());
        HeldFunction.Call mine = function.call();
        Map<String, Object> other = GatewayClient.firing("sig", version, "held", "other/0", Map.of());
        other.put("task", "sig/other");
        other.put("firing", "sig/other@0/held/0");
        client.fire(other);
        HeldFunction.Call others = function.call();
        assertThat(others.firing()).isEqualTo("sig/other@0/held/0");
        client.signal(others.token(), "ready/header", "others");
        assertThat(LoggedEvents.of(broker.bootstrap(), "sig/t@0/mine/0")).isEmpty();
        assertThat(LoggedEvents.of(broker.bootstrap(), "sig/other@0/held/0"))
                .singleElement()
                .extracting(TalEvent::task)
                .isEqualTo("sig/other");
        mine.answer(1L);
        others.answer(1L);
        awaitOutcome("mine/0");
    }

    @Test
    void isRefusedAtOnceWhenItIsWrong() throws Exception {
        fire("held", "wrong/0", 1, Map.of());
        HeldFunction.Call call = function.call();
        String token = call.token();
        GatewayClient.Answer undeclared = client.signal(token, "ready/heading", 1L);
        refused(422, "gateway/undeclared-datum", undeclared);
        assertThat(undeclared.json()).containsEntry("function", "held").containsEntry("datum", "heading");
        refused(422, "gateway/wrong-datum-kind", client.signal(token, "items/header?key=0", 1L));
        refused(422, "gateway/wrong-datum-kind", client.signal(token, "streams/header:close", Map.of("count", 1)));
        refused(422, "gateway/wrong-datum-kind", client.signal(token, "ready/chunks", List.of()));
        refused(413, "gateway/too-large", client.signal(token, "ready/header", "x".repeat(1 << 20)));
        refused(400, "gateway/bad-request", client.signal(token, "items/chunks", 1L));
        refused(400, "gateway/bad-request", client.signal(token, "items/chunks?key=" + "k".repeat(201), 1L));
        refused(400, "gateway/bad-request", client.signal(token, "streams/chunks:close", Map.of("count", -1)));
        refused(400, "gateway/bad-request", client.signal(token, "streams/chunks:close", Map.of()));
        assertThat(client.signal(token, "ready/header", "x".repeat((1 << 20) - 2))
                        .status())
                .as("a value of exactly 1 MiB")
                .isEqualTo(200);
        call.answer(1L);
        assertThat(awaitOutcome("wrong/0")).hasSize(2);
    }

    @Test
    void endsWithTheTimeout() throws Exception {
        fire("brief", "brief/0", 1, Map.of());
        HeldFunction.Call call = function.call();
        assertThat(awaitOutcome("brief/0")).hasSize(1);
        refused(410, "gateway/attempt-ended", client.signal(call.token(), "ready/header", 1L));
    }

    @Test
    void isOfItsAttempt() throws Exception {
        fire("held", "again/0", 1, Map.of());
        HeldFunction.Call first = function.call();
        client.signal(first.token(), "items/chunks?key=a", 1L);
        fire("held", "again/0", 2, Map.of());
        HeldFunction.Call second = function.call();
        client.post("/v1/firings", Map.of("withdrawals", List.of(Map.of("firing", "sig/t@0/again/0", "attempt", 1L))));
        refused(410, "gateway/attempt-ended", client.signal(first.token(), "items/chunks?key=b", 1L));
        assertThat(client.signal(second.token(), "items/chunks?key=a", 1L).status())
                .isEqualTo(200);
        second.answer("done");
        List<TalEvent> events = awaitOutcome("again/0");
        assertThat(events).extracting(TalEvent::attempt).containsExactly(1, 2, 2);
        assertThat(events.get(1).id())
                .as("the same slice has the same id in each attempt")
                .isEqualTo(events.get(0).id());
        assertThat(events.get(2).id()).isEqualTo("sig/t@0/again/0/2");
    }

    @Test
    void goesOnAfterARestartWithANewToken() throws Exception {
        GatewayOptions options = GatewayOptions.of(broker.bootstrap(), data.resolve("two"))
                .withNodeId("node-2")
                .withControl(gateway.url());
        Map<String, Object> firing = GatewayClient.firing("sig", version, "held", "restart/0", Map.of());
        String old;
        try (Gateway first = Gateway.start(options)) {
            new GatewayClient(first.url()).fire(firing);
            old = function.call().token();
        }
        try (Gateway second = Gateway.start(options)) {
            HeldFunction.Call call = function.call();
            assertThat(call.runtime()).isEqualTo(second.url());
            GatewayClient node = new GatewayClient(call.runtime());
            refused(401, "gateway/unknown-token", node.signal(old, "ready/header", 1L));
            assertThat(node.signal(call.token(), "ready/header", 1L).status()).isEqualTo(200);
            call.answer(1L);
            assertThat(awaitOutcome("restart/0")).hasSize(2);
        }
    }

    private static void refused(int status, String code, GatewayClient.Answer answer) {
        assertThat(answer.json()).containsEntry("code", code);
        assertThat(answer.status()).isEqualTo(status);
    }

    private static void fire(String name, String id, int attempt, Object input) throws Exception {
        Map<String, Object> firing = GatewayClient.firing("sig", version, name, id, input);
        firing.put("attempt", (long) attempt);
        assertThat(client.fire(firing)).containsEntry("accepted", true);
    }

    /** All events of the firing, when its outcome is among them. */
    private static List<TalEvent> awaitOutcome(String id) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> LoggedEvents.of(broker.bootstrap(), "sig/t@0/" + id),
                        events -> events.stream().anyMatch(event -> event.type().startsWith("io.talflow.invocation.")));
    }
}
