package io.talflow.flink.job;

import static io.talflow.flink.job.JobStack.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.core.message.Encoding;
import io.talflow.tal.event.EventTypes;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Definitions that come and go while tasks run")
class DefinitionsIT {
    /** Of a workflow and a version: a task ends when it is named, and says which version it ran. */
    private static final String WORKFLOW = """
            tal: 1
            workflow: %s
            events: {named: {type: com.example.named}}
            rules:
              - {when: {all: [started, {event: named}]}, do: {complete: %s}}
            """;

    @TempDir
    static Path directory;

    private static JobStack stack;
    private Sdk sdk;
    private int probes;

    @BeforeAll
    static void start() throws Exception {
        stack = JobStack.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        if (stack != null) {
            stack.close();
        }
    }

    @BeforeEach
    void connect() {
        sdk = new Sdk(stack.kafka(), Encoding.STRUCTURED);
    }

    @AfterEach
    void disconnect() {
        sdk.close();
    }

    @Test
    @DisplayName("an update leaves running tasks on the version they started with")
    void aTaskKeepsTheVersionItStartedWith() throws Exception {
        define("updated", "v1");
        begin("updated", "old");
        define("updated", "v2");
        await("new tasks run the new version").until(() -> versionOfAFreshTask("updated"), "v2"::equals);
        define("updated", "v3");
        await("new tasks run the newest version").until(() -> versionOfAFreshTask("updated"), "v3"::equals);
        begin("updated", "new");
        sdk.send(null, named("updated/old"));
        sdk.send(null, named("updated/new"));
        endsWith("updated/old", "v1");
        endsWith("updated/new", "v3");
    }

    @Test
    @DisplayName("a start may name a version that is no longer current")
    void aStartMayNameAnOlderVersion() throws Exception {
        define("named", "v1");
        define("named", "v2");
        await("the newest is known").until(() -> versionOfAFreshTask("named"), "v2"::equals);
        Map<String, Object> data = Map.of("workflow", "named", "key", "a", "version", "v1", "input", Map.of());
        sdk.send(null, Sdk.event(EventTypes.TASK_STARTED, "start-a", "", data));
        await("the task runs").until(() -> stack.statuses().is("named/a", "RUNNING"));
        sdk.send(null, named("named/a"));
        endsWith("named/a", "v1");
    }

    @Test
    @DisplayName("a deletion lets running tasks go on; new ones wait until there is a version again")
    void aDeletionTouchesNoRunningTask() throws Exception {
        define("deleted", "v1");
        begin("deleted", "old");
        stack.delete("deleted");
        await("new tasks wait").until(() -> {
            String task = "deleted/late" + ++probes;
            sdk.send(null, Sdk.start("deleted", "late" + probes, Map.of()));
            await("it is there").until(() -> settled(task));
            return stack.statuses().is(task, "WAITING");
        });
        String waiting = "deleted/late" + probes;
        sdk.send(null, named("deleted/old"));
        endsWith("deleted/old", "v1");
        sdk.send(null, named(waiting));
        define("deleted", "v2");
        endsWith(waiting, "v2");
    }

    @Test
    @DisplayName("a task that starts before its definition arrives waits for it, and keeps its events")
    void aTaskWaitsForItsDefinition() throws Exception {
        Map<String, Object> data = Map.of("workflow", "later", "input", Map.of());
        sdk.send(null, Sdk.event(EventTypes.TASK_STARTED, "early", "later/one", data));
        await("the task is there").until(() -> stack.statuses().is("later/one", "WAITING"));
        sdk.send(null, named("later/one"));
        define("later", "v7");
        endsWith("later/one", "v7");
    }

    @Test
    @DisplayName("a topic of the user's own is read once a workflow names it and it exists")
    void aWorkflowNamesATopic() throws Exception {
        String text = WORKFLOW.formatted("shop", "v1")
                .replace("type: com.example.named", "type: com.example.named, topic: shop.orders");
        stack.define("shop", "v1", text);
        begin("shop", "one");
        stack.kafka().create("shop.orders", 1);
        sdk.send("shop.orders", null, null, named("shop/one"));
        endsWith("shop/one", "v1");
    }

    private static void define(String workflow, String version) throws Exception {
        stack.define(workflow, version, WORKFLOW.formatted(workflow, version));
    }

    private void begin(String workflow, String key) throws Exception {
        sdk.send(null, Sdk.start(workflow, key, Map.of()));
        await("the task runs").until(() -> stack.statuses().is(workflow + "/" + key, "RUNNING"));
    }

    /** A definition is read beside the log, so a start just after it may still find the one before. */
    private Object versionOfAFreshTask(String workflow) throws Exception {
        String key = "probe" + ++probes;
        begin(workflow, key);
        return stack.statuses().of(workflow + "/" + key).orElseThrow().get("version");
    }

    /** A start is answered by a pinned version or left waiting; between the two it waits as well. */
    private static boolean settled(String task) {
        Map<String, Object> status = stack.statuses().of(task).orElse(Map.of());
        return "RUNNING".equals(status.get("status")) || "WAITING".equals(status.get("status"));
    }

    private static io.cloudevents.CloudEvent named(String task) {
        return Sdk.event("com.example.named", "named-" + task, task, Map.of());
    }

    private static void endsWith(String task, String version) {
        await(task + " ends").until(() -> stack.statuses().is(task, "COMPLETED"));
        assertThat(stack.statuses().of(task).orElseThrow())
                .containsEntry("output", version)
                .containsEntry("version", version);
    }
}
