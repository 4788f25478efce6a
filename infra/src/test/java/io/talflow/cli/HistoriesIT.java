package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.Gateway;
import io.talflow.gateway.GatewayOptions;
import io.talflow.tal.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real runs of every kind of expression and action, decided once more by the replay. {@code -Dhistory.record} keeps the
 * histories that are not there yet as files that every later version must replay.
 */
@DisplayName("A replay decides what the job has decided")
@ExtendWith(SharedStack.class)
class HistoriesIT {
    private static final Path WORKFLOWS = Path.of("src/test/resources/histories");
    private static final Path KEPT = Path.of("../tal-dsl/src/test/resources/golden/history/v1");

    @TempDir
    Path folder;

    @Test
    void ofCountedWords(Talflow talflow) throws Exception {
        apply(talflow, Path.of("../datasets/word-count/workflow.yaml"));
        String task = talflow.start(
                "word-count",
                "history",
                Map.of("path", "../CONTRIBUTING.md", "sliceBytes", 2000, "merges", 2, "top", 3));
        replayed(talflow, task, "COMPLETED", "word-count");
    }

    @Test
    void ofADagWithASkippedNode(Talflow talflow) throws Exception {
        apply(talflow, Path.of("../datasets/order/workflow.yaml"));
        Object input = Json.parse(Files.readAllBytes(Path.of("../datasets/order/input.json")));
        replayed(talflow, talflow.start("order", "express", input), "COMPLETED", "order-express");
        Object plain = Json.parse("{\"items\": [{\"name\": \"bread\"}]}");
        replayed(talflow, talflow.start("order", "plain", plain), "COMPLETED", "order-plain");
    }

    @Test
    void ofDataThatIsSignalledWhileAFunctionRuns(Talflow talflow) throws Exception {
        apply(talflow, WORKFLOWS.resolve("signals/workflow.yaml"));
        replayed(talflow, talflow.start("signals", "history", Map.of("n", 5)), "COMPLETED", "signals");
    }

    @Test
    void ofWindowsAndTimers(Talflow talflow) throws Exception {
        apply(talflow, WORKFLOWS.resolve("windows/workflow.yaml"));
        String task = talflow.start("windows", "history", Map.of());
        until(talflow, task, context -> context.containsKey("unpaid") && context.containsKey("ticks"));
        send(talflow, task, "placed", "{\"n\": 1}");
        send(talflow, task, "paid", "{\"n\": 5}");
        send(talflow, task, "placed", "{\"n\": 1}");
        send(talflow, task, "paid", "{\"n\": 1}");
        until(talflow, task, context -> context.containsKey("pair"));
        send(talflow, task, "placed", "{\"n\": 2}");
        send(talflow, task, "paid", "{\"n\": 2}");
        Map<String, Object> ended = replayed(talflow, task, "COMPLETED", "windows");
        assertThat((Map<?, ?>) ended.get("output"))
                .asString()
                .contains("unpaid=true", "late=true", "both=2", "odd=5", "strict=true", "some=2");
    }

    @Test
    void ofRetriesAndACompensation(Talflow talflow) throws Exception {
        apply(talflow, WORKFLOWS.resolve("retries/workflow.yaml"));
        String task = talflow.start("retries", "history", Map.of("order", "o-1"));
        Map<String, Object> ended = replayed(talflow, task, "FAILED", "retries");
        assertThat((Map<?, ?>) ended.get("error")).asString().contains("Order.NotShipped", "notCompensated");
    }

    @Test
    void ofACancelWithCompensation(Talflow talflow) throws Exception {
        apply(talflow, WORKFLOWS.resolve("cancelled/workflow.yaml"));
        String task = talflow.start("cancelled", "history", Map.of());
        await("the function runs")
                .atMost(Duration.ofSeconds(60))
                .until(() -> talflow.command("explain", task, "end").out().contains("wait running"));
        assertThat(talflow.command("cancel", task, "--compensate", "--reason", "no longer wanted")
                        .exitCode())
                .isZero();
        replayed(talflow, task, "CANCELLED", "cancelled");
        assertThat(talflow.command("events", task).out()).contains("task.cancel.v1", "ended CANCELLED");
    }

    @Test
    void ofRulesThatComeAndGo(Talflow talflow) throws Exception {
        Path growing = WORKFLOWS.resolve("growing");
        apply(talflow, growing.resolve("workflow.yaml"));
        String task = talflow.start("growing", "history", Map.of("least", 10));
        send(talflow, task, "paid", "{\"amount\": 5}");
        send(talflow, task, "paid", "{\"amount\": 50}");
        send(talflow, task, "unheard", "{}");
        assertThat(talflow.command(
                        "rules", "add", task, growing.resolve("audit.yaml").toString()))
                .satisfies(
                        result -> assertThat(result.exitCode()).as(result.err()).isZero());
        assertThat(talflow.command("rules", "enable", task, "dark").exitCode()).isZero();
        assertThat(talflow.command("status", task, "--exact").exitCode()).isZero();
        send(talflow, task, "paid", "{\"amount\": 500}");
        send(talflow, task, "paid", "{\"amount\": 501}", "--id", "twice");
        send(talflow, task, "paid", "{\"amount\": 501}", "--id", "twice");
        until(talflow, task, context -> context.containsKey("audited") && context.containsKey("rich"));
        assertThat(talflow.command("rules", "disable", task, "watch").exitCode())
                .isZero();
        assertThat(talflow.command("rules", "disable", task, "nowhere").exitCode())
                .isZero();
        send(talflow, task, "paid", "{\"amount\": 777}");
        send(talflow, task, "closed", "{}");
        talflow.ended(task);
        send(talflow, task, "paid", "{\"amount\": 999}");
        await("the late event is ignored")
                .atMost(Duration.ofSeconds(60))
                .until(() -> talflow.command("events", task).out().contains("ignored: task has ended"));
        replayed(talflow, task, "COMPLETED", "growing");
    }

    @Test
    void ofAParentAndItsChildren(Talflow talflow) throws Exception {
        apply(talflow, WORKFLOWS.resolve("parent/child.yaml"));
        apply(talflow, WORKFLOWS.resolve("parent/workflow.yaml"));
        String parent = talflow.start("parent", "history", Map.of());
        replayed(talflow, parent, "COMPLETED", "parent");
        replayed(talflow, "child/history.begin.0", "COMPLETED", "child");
        replayed(talflow, "child/history.begin.0.1", "FAILED", "child-failed");
    }

    @Test
    void ofANodeThatHandsBackWhatItRuns(Talflow talflow) throws Exception {
        GatewayOptions options = GatewayOptions.of(talflow.kafka(), folder.resolve("node"))
                .withNodeId("leaving")
                .withDraining(new GatewayOptions.Draining(Duration.ZERO));
        try (Gateway leaving = Gateway.start(options)) {
            HeldTask task = HeldTask.on("leaving", talflow, folder, 6);
            leaving.drain();
            task.letGo();
            replayed(talflow, task.id(), "COMPLETED", "node-lost");
            assertThat(talflow.command("events", task.id()).out()).contains("invocation.lost.v1", "node: leaving");
        }
    }

    private static void apply(Talflow talflow, Path workflow) {
        WorkflowFile.load(workflow, new PrintWriter(new StringWriter())).apply(talflow.api(), 1);
    }

    private static void send(Talflow talflow, String task, String event, String data, String... more) {
        String[] arguments = {"send", task, "--type", "com.example." + event + ".v1", "--event-data", data};
        String[] all = Stream.of(arguments, more).flatMap(Stream::of).toArray(String[]::new);
        Launcher.Result sent = talflow.command(all);
        assertThat(sent.exitCode()).as(sent.err()).isZero();
    }

    @SuppressWarnings("unchecked")
    private static void until(Talflow talflow, String task, Predicate<Map<String, Object>> reached) {
        await("the context of " + task)
                .atMost(Duration.ofSeconds(60))
                .failFast(() -> assertThat(talflow.status(task).get("error")).isNull())
                .until(() -> {
                    Object context = talflow.status(task).get("context");
                    return context instanceof Map<?, ?> map && reached.test((Map<String, Object>) map);
                });
    }

    /** The task ends, its replay is the same, through the gateway and from Kafka alone. @return its last status */
    private Map<String, Object> replayed(Talflow talflow, String task, String status, String name) throws IOException {
        Map<String, Object> ended = talflow.ended(task);
        assertThat(ended).as("%s", ended).containsEntry("status", status);
        Path file = folder.resolve(name + ".jsonl");
        Map<String, Object> outcome = await("every decision is recorded")
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> talflow.command("replay", task, "--save", file.toString(), "--output", "json")
                                .json(),
                        replay -> Long.valueOf(0).equals(replay.get("notRecordedYet")));
        assertThat(outcome)
                .as("%s", outcome)
                .containsEntry("same", true)
                .containsEntry("status", status)
                .doesNotContainEntry("decisions", 0L);
        assertThat(talflow.command("replay", task, "--kafka", talflow.kafka(), "--output", "json")
                        .json())
                .isEqualTo(outcome);
        keep(file, name);
        return ended;
    }

    /** Without names of this machine; nothing is decided on them. */
    private static void keep(Path file, String name) throws IOException {
        Path kept = KEPT.resolve(name + ".jsonl");
        if (System.getProperty("history.record") == null || Files.exists(kept)) {
            return;
        }
        String text = Files.readString(file)
                .replace(Path.of("..").toRealPath().toString(), "/talflow")
                .replace(System.getProperty("java.io.tmpdir"), "/data");
        Files.writeString(Files.createDirectories(KEPT).resolve(kept.getFileName()), text);
    }
}
