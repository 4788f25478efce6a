package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A gateway with a real broker")
class GatewayIT {
    private static final Map<String, String> FILES = Map.of("workflow.yaml", """
            tal: 1
            workflow: bad
            functions:
              fine: {python: fine.py, timeout: 20s}
              raises: {python: "bad.py:raises"}
              crashes: {python: "bad.py:crashes"}
              hangs: {python: "bad.py:hangs", timeout: 500ms}
              text: {python: "bad.py:text"}
              huge: {python: "bad.py:huge"}
              missing: {python: "none.py"}
              shell: {command: [sh, -c, "echo from $TALFLOW_TASK >&2; cat"]}
              noop: {replay: {runtime: 0s}, emits: {out: {kind: value, bytes: 7}}}
              slow: {replay: {runtime: 30s}}
            rules:
              - when: started
                do:
                  - {invoke: fine}
                  - {invoke: raises}
                  - {invoke: crashes}
                  - {invoke: hangs}
                  - {invoke: text}
                  - {invoke: huge}
                  - {invoke: missing}
                  - {invoke: shell}
                  - {invoke: noop}
                  - {invoke: slow}
            """, "fine.py", """
            def handler(ctx, input):
                print("hello from", ctx.task, ctx.attempt)
                ctx.log("left", ctx.remaining() > 1)
                return {"twice": input["n"] * 2, "attempt": ctx.attempt}
            """, "bad.py", """
            import os, sys, time

            def raises(ctx, input):
                raise ValueError("no such luck")

            def crashes(ctx, input):
                print("about to go", file=sys.stderr)
                os._exit(7)

            def hangs(ctx, input):
                try:
                    time.sleep(600)
                finally:
                    print("cleaned up")

            def text(ctx, input):
                return {1, 2}

            def huge(ctx, input):
                return "x" * 50_000_000
            """);

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static Gateway gateway;
    private static GatewayClient client;
    private static String version;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("one")));
        client = new GatewayClient(gateway.url());
        version = client.apply("bad", FILES);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        broker.close();
    }

    @Test
    void runsAPythonFunctionAndKeepsWhatItPrinted() throws Exception {
        TalEvent event = outcome("fine", Map.of("n", 21L));
        assertThat(event.type()).isEqualTo(EventTypes.INVOCATION_COMPLETED);
        assertThat(event.value()).isEqualTo(Map.of("twice", 42L, "attempt", 1L));
        assertThat(event.id()).isEqualTo("bad/t@0/fine/0/1");
        assertThat(event.source()).isEqualTo("/talflow/bad/t");
        assertThat(event.extensions()).containsEntry("talnode", "node-1").containsKey("talbegan");
        String logs =
                new String(client.get("/v1/tasks/bad/t/logs?function=fine").body(), StandardCharsets.UTF_8);
        assertThat(logs).contains("hello from bad/t 1").contains("left True");
    }

    @Test
    void runsACommandAndKeepsWhatItWroteToStderr() throws Exception {
        assertThat(outcome("shell", Map.of("n", 21L)).value()).isEqualTo(Map.of("n", 21L));
        String logs =
                new String(client.get("/v1/tasks/bad/t/logs?function=shell").body(), StandardCharsets.UTF_8);
        assertThat(logs).contains("from bad/t");
    }

    @Test
    void answersAReplayAtOnce() throws Exception {
        assertThat(outcome("noop", Map.of()).value()).isEqualTo(Map.of("out", Map.of("bytes", 7L)));
    }

    @Test
    void tellsAnExceptionWithItsTrace() throws Exception {
        Map<?, ?> error = failure("raises");
        assertThat(error.get("error")).isEqualTo("Function.Error");
        assertThat(error.get("message")).isEqualTo("ValueError: no such luck");
        assertThat(String.valueOf(error.get("trace"))).contains("bad.py\", line 4, in raises");
    }

    @Test
    void tellsACrashWithExitCodeAndLastLines() throws Exception {
        Map<?, ?> error = failure("crashes");
        assertThat(error.get("error")).isEqualTo("Function.Crashed");
        assertThat(String.valueOf(error.get("message"))).contains("exited with code 7");
        assertThat(String.valueOf(error.get("trace"))).contains("about to go");
    }

    @Test
    void stopsAFunctionThatHangs() throws Exception {
        assertThat(failure("hangs").get("error")).isEqualTo("Timeout");
        String logs =
                new String(client.get("/v1/tasks/bad/t/logs?function=hangs").body(), StandardCharsets.UTF_8);
        assertThat(logs).as("its finally block ran").contains("cleaned up");
    }

    @Test
    void tellsThatAFunctionWasSilentWhenItIsGone() throws Exception {
        Path mark = data.resolve("ended");
        String silent = client.apply("silent", Map.of("workflow.yaml", """
                tal: 1
                workflow: silent
                functions:
                  f:
                    command: [sh, -c, "trap 'sleep 0.5; touch %s; exit' TERM; while :; do sleep 0.05; done"]
                    heartbeat: 200ms
                    timeout: 60s
                rules: [{when: started, do: {invoke: f}}]
                """.formatted(mark)));
        assertThat(client.fire(GatewayClient.firing("silent", silent, "f", "r/0", Map.of())))
                .containsEntry("accepted", true);
        TalEvent told = await().atMost(Duration.ofSeconds(30))
                .until(() -> LoggedEvents.of(broker.bootstrap(), "silent/t@0/r/0"), events -> !events.isEmpty())
                .get(0);
        assertThat(mark)
                .as("it ended by itself, in its grace, before it was told")
                .exists();
        assertThat(((Map<?, ?>) told.value()).get("error")).isEqualTo("Heartbeat.Missed");
    }

    @Test
    void refusesAResultThatIsNotJson() throws Exception {
        assertThat(failure("text").get("error")).isEqualTo("Function.BadResult");
    }

    @Test
    void refusesAResultOf50Megabytes() throws Exception {
        assertThat(failure("huge").get("error")).isEqualTo("Function.ResultTooLarge");
    }

    @Test
    void saysWhichFileABundleLacks() throws Exception {
        assertThat(failure("missing").get("error")).isEqualTo("Function.Environment");
    }

    @Test
    void saysThatAFunctionIsUnknown() throws Exception {
        assertThat(failure("nobody").get("error")).isEqualTo("Function.Unknown");
    }

    @Test
    void refusesARepeatWithAnotherBody() throws Exception {
        Map<String, Object> firing = GatewayClient.firing("bad", version, "noop", "conflict/0", Map.of("n", 1L));
        assertThat(client.fire(firing)).containsEntry("accepted", true);
        firing.put("input", Map.of("n", 2L));
        assertThat(client.fire(firing)).containsEntry("code", "gateway/firing-conflict");
    }

    @Test
    void aWithdrawalMayOvertakeItsFiring() throws Exception {
        Map<String, Object> firing = GatewayClient.firing("bad", version, "noop", "withdrawn/0", Map.of());
        client.post("/v1/firings", Map.of("withdrawals", List.of(firing)));
        assertThat(client.fire(firing)).containsEntry("accepted", true);
        outcome("noop", Map.of("after", "it"), "after/0");
        assertThat(LoggedEvents.of(broker.bootstrap(), "bad/t@0/withdrawn/0")).isEmpty();
    }

    @Test
    void repeatsTheRecordedOutcomeAfterARestart() throws Exception {
        Path directory = data.resolve("two");
        Map<String, Object> slow = GatewayClient.firing("bad", version, "slow", "restart-slow/0", Map.of());
        Map<String, Object> done = GatewayClient.firing("bad", version, "noop", "restart/0", Map.of());
        GatewayOptions options = GatewayOptions.of(broker.bootstrap(), directory)
                .withNodeId("node-2")
                .withControl(gateway.url());
        try (Gateway first = Gateway.start(options)) {
            GatewayClient node = new GatewayClient(first.url());
            node.fire(slow);
            node.fire(done);
            awaitOutcome("bad/t@0/restart/0");
        }
        try (Gateway second = Gateway.start(options)) {
            GatewayClient node = new GatewayClient(second.url());
            assertThat(node.get("/healthz").json()).containsEntry("inFlight", 1L);
            assertThat(node.fire(done)).containsEntry("accepted", true);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> LoggedEvents.of(broker.bootstrap(), "bad/t@0/restart/0")
                                    .size()
                            == 2);
            List<TalEvent> events = LoggedEvents.of(broker.bootstrap(), "bad/t@0/restart/0");
            assertThat(events.get(1).id()).isEqualTo(events.get(0).id());
            assertThat(events.get(1).data()).isEqualTo(events.get(0).data());
            assertThat(events.get(1).extensions()).isEqualTo(events.get(0).extensions());
        }
    }

    private static Map<?, ?> failure(String function) throws Exception {
        TalEvent event = outcome(function, Map.of());
        assertThat(event.type()).isEqualTo(EventTypes.INVOCATION_FAILED);
        return (Map<?, ?>) event.value();
    }

    private static TalEvent outcome(String function, Map<String, Object> input) throws Exception {
        return outcome(function, input, function + "/0");
    }

    private static TalEvent outcome(String function, Map<String, Object> input, String id) throws Exception {
        Map<String, Object> firing = new LinkedHashMap<>(GatewayClient.firing("bad", version, function, id, input));
        assertThat(client.fire(firing)).containsEntry("accepted", true);
        return awaitOutcome(String.valueOf(firing.get("firing")));
    }

    private static TalEvent awaitOutcome(String firing) {
        return await().atMost(Duration.ofSeconds(20))
                .until(() -> LoggedEvents.of(broker.bootstrap(), firing), events -> !events.isEmpty())
                .get(0);
    }
}
