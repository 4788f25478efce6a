package io.talflow.flink.job;

import static io.talflow.flink.job.JobStack.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.core.message.Encoding;
import io.talflow.tal.Json;
import io.talflow.tal.event.Topics;
import io.talflow.tal.replay.Outcome;
import io.talflow.tal.replay.Replay;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A job that is interrupted")
class RestartIT {
    private static final long SEED = Long.getLong("seed", 20260202L);
    private static final int NODES = 80;
    private static final int BEFORE = 30;
    private static final int SILENT_TASKS = 10;
    private static final String SILENT = """
            tal: 1
            workflow: silent
            events: {word: {type: com.example.word}}
            rules:
              - {id: silence, when: {absent: {event: word}, for: 3s}, do: {complete: "${ event.id }"}}
            """;
    private static final RandomDag DAG = RandomDag.of("dag", NODES, SEED);
    private static final RandomDag STEPS = RandomDag.of("steps", 8, SEED);

    @TempDir
    static Path directory;

    private static JobStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = JobStack.start(directory, firing -> Map.of("d", firing.get("input")));
        stack.define("dag", "v1", DAG.text());
        stack.define("greeting", "v1", MiniClusterIT.WORKFLOW);
        stack.define("silent", "v1", SILENT);
    }

    @AfterAll
    static void stop() throws Exception {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @DisplayName("by the loss of its task manager goes on and fires nothing under another id")
    void goesOnAfterTheLossOfATaskManager() throws Exception {
        halfWay("lost");
        stack.nextCheckpoint();
        stack.loseTaskManager();
        stack.gateway().release();
        endsWithEachNodeFiredOnce(DAG, "dag/lost");
    }

    @Test
    @DisplayName("by the loss of its task manager at every step of a workflow ends it as one that is left alone")
    void goesOnAfterTheLossOfATaskManagerAtEachStep() throws Exception {
        stack.define("steps", "v1", STEPS.text());
        try (Sdk sdk = new Sdk(stack.kafka(), Encoding.BINARY)) {
            sdk.send(null, Sdk.start("steps", "through", Map.of()));
            endsWithEachNodeFiredOnce(STEPS, "steps/through");
            stack.gateway().hold(0);
            sdk.send(null, Sdk.start("steps", "killed", Map.of()));
        }
        await("it begins").until(() -> stack.gateway().holding() > 0);
        stack.nextCheckpoint(); // before it the start would be appended again, and counted as ignored
        for (int step = 0; step < STEPS.parents().size(); step++) {
            await("a function runs").until(() -> stack.gateway().holding() > 0);
            stack.gateway().releaseOne();
            stack.loseTaskManager();
        }
        endsWithEachNodeFiredOnce(STEPS, "steps/killed");
        assertThat(stack.statuses().of("steps/killed").orElseThrow().get("output"))
                .isEqualTo(stack.statuses().of("steps/through").orElseThrow().get("output"));
        assertThat(differing(decisions())).as("decided otherwise after a loss").isEmpty();
        stack.gateway().release();
    }

    @Test
    @DisplayName("by a cancel goes on from its checkpoint, with what the log has got meanwhile")
    void goesOnFromACheckpoint() throws Exception {
        halfWay("restored");
        Path checkpoint = stack.nextCheckpoint();
        stack.gateway().hold(5);
        stack.cancel();
        Path latest = stack.latestCheckpoint();
        assertThat(latest.getParent()).isEqualTo(checkpoint.getParent());
        stack.gateway().release();
        stack.submit(Optional.of(latest));
        endsWithEachNodeFiredOnce(DAG, "dag/restored");
    }

    @Test
    @DisplayName("and begins anew reads the log again and comes to the same decisions and states")
    void derivesTheSameFromTheLog() throws Exception {
        try (Sdk binary = new Sdk(stack.kafka(), Encoding.BINARY);
                Sdk structured = new Sdk(stack.kafka(), Encoding.STRUCTURED)) {
            binary.send("any", Sdk.start("dag", "again", Map.of()));
            for (int number = 0; number < 10; number++) {
                structured.send(null, Sdk.start("greeting", "r" + number, Map.of("number", number)));
                binary.send("wrong" + number % 2, named("r" + number, "first"));
                structured.send(null, named("r" + number, "second"));
            }
            structured.send(Topics.EVENTS, null, "greeting/other", named("r0", "wrongly keyed"));
        }
        await("all end").until(() -> stack.statuses().is("dag/again", "COMPLETED"));
        for (int number = 0; number < 10; number++) {
            String task = "greeting/r" + number;
            await("all end").until(() -> stack.statuses().is(task, "COMPLETED"));
        }
        Set<String> decided = decisions().keySet();
        Map<String, Integer> told = stack.gateway().told();
        stack.cancel();
        int words = stack.kafka().read(Topics.TASKS).size();
        stack.submit(Optional.empty());
        await("the log is read again")
                .until(() -> decided.stream()
                        .allMatch(decision -> decisions().get(decision).size() > 1));
        assertThat(differing(decisions()))
                .as("decided otherwise the second time")
                .isEmpty();
        await("the last word on each task and invocation is the same")
                .untilAsserted(
                        () -> assertThat(lastWords(words, Integer.MAX_VALUE)).isEqualTo(lastWords(0, words)));
        await("the gateway is told every firing again")
                .until(() -> told.entrySet().stream()
                        .allMatch(firing -> stack.gateway().told().get(firing.getKey()) > firing.getValue()));
        assertThat(stack.gateway().told()).containsOnlyKeys(told.keySet());
        endsWithEachNodeFiredOnce(DAG, "dag/again");
    }

    @Test
    @DisplayName("goes on with three subtasks instead of two, then with one, its joins, calls and timers with it")
    void isRescaled() throws Exception {
        rescale("two-to-three", RestartIT::cancelled, 3);
        rescale("three-to-one", RestartIT::cancelled, 1);
    }

    @Test
    @DisplayName("by a stop with a savepoint, of either format, goes on from it, with two subtasks, three, or one")
    void goesOnFromASavepoint() throws Exception {
        rescale("stopped", () -> stack.stopWithSavepoint(SavepointFormatType.CANONICAL), 2);
        rescale("canonical-to-three", () -> stack.stopWithSavepoint(SavepointFormatType.CANONICAL), 3);
        rescale("native-to-one", () -> stack.stopWithSavepoint(SavepointFormatType.NATIVE), 1);
        rescale("native-to-two", () -> stack.stopWithSavepoint(SavepointFormatType.NATIVE), 2);
    }

    private static Path cancelled() throws Exception {
        stack.nextCheckpoint();
        stack.cancel();
        return stack.latestCheckpoint();
    }

    /** With a DAG half way, and tasks that wait for their time, some of which comes while no job runs. */
    private static void rescale(String key, Callable<Path> stop, int parallelism) throws Exception {
        halfWay(key);
        try (Sdk sdk = new Sdk(stack.kafka(), Encoding.BINARY)) {
            for (int number = 0; number < SILENT_TASKS; number++) {
                sdk.send(null, Sdk.start("silent", key + number, Map.of()));
            }
        }
        for (int number = 0; number < SILENT_TASKS; number++) {
            String task = "silent/" + key + number;
            await(task + " runs").until(() -> stack.statuses().of(task).isPresent());
        }
        stack.submit(Optional.of(stop.call()), parallelism);
        stack.gateway().release();
        endsWithEachNodeFiredOnce(DAG, "dag/" + key);
        for (int number = 0; number < SILENT_TASKS; number++) {
            String task = "silent/" + key + number;
            await(task + " ends").until(() -> stack.statuses().is(task, "COMPLETED"));
            assertThat(stack.statuses().of(task).orElseThrow()).containsEntry("output", "silence/timer");
            isReplayed(task, SILENT, "silence/timer");
        }
        assertThat(differing(decisions())).as("decided otherwise after it").isEmpty();
    }

    /** Runs a task until some functions have ended and others still run. */
    private static void halfWay(String key) throws Exception {
        stack.gateway().hold(BEFORE);
        try (Sdk sdk = new Sdk(stack.kafka(), Encoding.BINARY)) {
            sdk.send(null, Sdk.start("dag", key, Map.of()));
        }
        await("the task is half way").until(() -> stack.gateway().holding() > 0);
        await("and the job knows")
                .until(() -> running("dag/" + key) == stack.gateway().holding());
    }

    private static long running(String task) {
        return stack.gateway().firings(task).stream()
                .filter(firing -> stack.statuses().is(firing, "RUNNING"))
                .count();
    }

    private static void endsWithEachNodeFiredOnce(RandomDag dag, String task) {
        await(task + " ends").until(() -> stack.statuses().is(task, "COMPLETED"));
        Map<String, Object> status = stack.statuses().of(task).orElseThrow();
        assertThat(status).as("-Dseed=%d", SEED).extractingByKey("counts").isEqualTo(Json.parse("""
                        {"running": 0, "completed": %d, "failed": 0, "skipped": 0, "ignoredEvents": 0}""".formatted(
                        dag.parents().size())));
        Set<String> ids = dag.parents().keySet().stream()
                .map(node -> "%s@%s/%s/0".formatted(task, status.get("startOffset"), node))
                .collect(Collectors.toSet());
        assertThat(new HashSet<>(stack.gateway().firings(task))).isEqualTo(ids);
        Recording.all(stack.kafka()).get(task).firedOnceAndInOrder(dag.parents());
        isReplayed(task, dag.text(), status.get("output"));
    }

    /** An offline replay of what the topics hold decides the same at each event. */
    private static void isReplayed(String task, String text, Object output) {
        Outcome replayed = Replay.of(Recording.history(stack.kafka(), task, "v1", text));
        assertThat(replayed.difference()).as("%s, -Dseed=%d", task, SEED).isEmpty();
        assertThat(replayed.decisions()).isPositive();
        assertThat(replayed.status()).containsEntry("status", "COMPLETED");
        assertThat(replayed.status().get("output")).isEqualTo(output);
    }

    private static io.cloudevents.CloudEvent named(String key, String id) {
        return Sdk.event("com.example.named", id, "greeting/" + key, Map.of("name", id));
    }

    private static Map<String, List<Object>> differing(Map<String, List<Object>> said) {
        return said.entrySet().stream()
                .filter(each -> Set.copyOf(each.getValue()).size() > 1)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** What was said at each event of each task. */
    private static Map<String, List<Object>> decisions() {
        return stack.kafka().read(Topics.HISTORY).stream()
                .map(record -> Json.parseObject(record.value()))
                .collect(Collectors.groupingBy(
                        decision -> "%s, offset %s".formatted(decision.get("task"), decision.get("offset")),
                        Collectors.mapping(decision -> (Object) decision, Collectors.toList())));
    }

    /** What the records of {@code tal.tasks} between two places say last of each task and each invocation. */
    private static Map<String, Object> lastWords(int from, int to) {
        Map<String, Object> last = new HashMap<>();
        List<ConsumerRecord<byte[], byte[]>> records = stack.kafka().read(Topics.TASKS);
        records.subList(from, Math.min(to, records.size()))
                .forEach(record -> last.put(new String(record.key(), StandardCharsets.UTF_8), Statuses.data(record)));
        return last;
    }
}
