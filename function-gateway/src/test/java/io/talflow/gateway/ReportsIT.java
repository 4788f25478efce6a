package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A function that answers 202 and reports its result later")
class ReportsIT {
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
        version = client.apply("later", Map.of("workflow.yaml", """
                tal: 1
                workflow: later
                functions:
                  held: {http: "%1$s", emits: {header: value}}
                  brief: {http: "%1$s", timeout: 300ms}
                rules:
                  - {when: started, do: [{invoke: held}, {invoke: brief}]}
                """.formatted(function.url())));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        function.close();
        broker.close();
    }

    @Test
    void endsTheAttemptWithWhatItReports() throws Exception {
        HeldFunction.Call call = accepted("held", "done/0");
        assertThat(client.signal(call.token(), "ready/header", 1L).status()).isEqualTo(200);
        GatewayClient.Answer answer = client.signal(call.token(), "result", Map.of("n", 1L));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()).containsEntry("id", "later/t@0/done/0/1");
        List<TalEvent> events = awaitOutcome("done/0");
        assertThat(events)
                .extracting(TalEvent::type)
                .containsExactly(EventTypes.DATA_READY, EventTypes.INVOCATION_COMPLETED);
        assertThat(events.get(1).value()).isEqualTo(Map.of("n", 1L));
        refused(410, "gateway/attempt-ended", client.signal(call.token(), "result", 2L));
    }

    @Test
    void mayReportThatItFailed() throws Exception {
        HeldFunction.Call call = accepted("held", "failed/0");
        Map<String, Object> failure =
                Map.of("error", "Card.Declined", "message", "no funds", "retryable", false, "retryAfterMs", 1_500L);
        assertThat(client.signal(call.token(), "failure", failure).status()).isEqualTo(200);
        TalEvent event = awaitOutcome("failed/0").get(0);
        assertThat(event.type()).isEqualTo(EventTypes.INVOCATION_FAILED);
        assertThat(event.value()).isEqualTo(failure);
    }

    @Test
    void isRefusedWhenTheReportIsWrongAndMayReportAgain() throws Exception {
        HeldFunction.Call call = accepted("held", "wrong/0");
        refused(401, "gateway/unknown-token", client.signal("0".repeat(32), "result", 1L));
        refused(400, "gateway/bad-request", client.signal(call.token(), "failure", Map.of("message", "no name")));
        refused(
                400,
                "gateway/bad-request",
                client.signal(call.token(), "failure", Map.of("error", "E", "retryable", "perhaps")));
        refused(
                400,
                "gateway/bad-request",
                client.signal(call.token(), "failure", Map.of("error", "E", "retryAfterMs", 3_600_001L)));
        assertThat(client.signal(call.token(), "result", 1L).status()).isEqualTo(200);
        assertThat(awaitOutcome("wrong/0")).hasSize(1);
    }

    @Test
    void timesOutWhenItReportsNothing() throws Exception {
        HeldFunction.Call call = accepted("brief", "brief/0");
        TalEvent event = awaitOutcome("brief/0").get(0);
        assertThat(event.value()).extracting("error").isEqualTo("Timeout");
        refused(410, "gateway/attempt-ended", client.signal(call.token(), "result", 1L));
    }

    @Test
    void reportsInVainOnceItIsWithdrawn() throws Exception {
        HeldFunction.Call call = accepted("held", "withdrawn/0");
        Map<String, Object> withdrawal = Map.of("firing", "later/t@0/withdrawn/0", "attempt", 1L);
        client.post("/v1/firings", Map.of("withdrawals", List.of(withdrawal)));
        refused(410, "gateway/attempt-ended", client.signal(call.token(), "result", 1L));
        assertThat(LoggedEvents.of(broker.bootstrap(), "later/t@0/withdrawn/0")).isEmpty();
    }

    @Test
    void isCalledAgainAfterARestart() throws Exception {
        GatewayOptions options = GatewayOptions.of(broker.bootstrap(), data.resolve("two"))
                .withNodeId("node-2")
                .withControl(gateway.url());
        String old;
        try (Gateway first = Gateway.start(options)) {
            new GatewayClient(first.url()).fire(firing("held", "restart/0"));
            HeldFunction.Call call = function.call();
            old = call.token();
            call.accept();
        }
        try (Gateway second = Gateway.start(options)) {
            HeldFunction.Call call = function.call();
            call.accept();
            GatewayClient node = new GatewayClient(second.url());
            refused(401, "gateway/unknown-token", node.signal(old, "result", "old"));
            assertThat(node.signal(call.token(), "result", "new").status()).isEqualTo(200);
            assertThat(awaitOutcome("restart/0"))
                    .singleElement()
                    .extracting(TalEvent::value)
                    .isEqualTo("new");
        }
    }

    private static HeldFunction.Call accepted(String name, String id) throws Exception {
        assertThat(client.fire(firing(name, id))).containsEntry("accepted", true);
        HeldFunction.Call call = function.call();
        call.accept();
        return call;
    }

    private static Map<String, Object> firing(String name, String id) {
        return GatewayClient.firing("later", version, name, id, Map.of());
    }

    private static void refused(int status, String code, GatewayClient.Answer answer) {
        assertThat(answer.json()).containsEntry("code", code);
        assertThat(answer.status()).isEqualTo(status);
    }

    /** All events of the firing, when its outcome is among them. */
    private static List<TalEvent> awaitOutcome(String id) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> LoggedEvents.of(broker.bootstrap(), "later/t@0/" + id),
                        events -> events.stream().anyMatch(event -> event.type().startsWith("io.talflow.invocation.")));
    }
}
