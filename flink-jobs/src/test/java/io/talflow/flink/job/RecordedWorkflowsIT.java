package io.talflow.flink.job;

import static io.talflow.flink.job.JobStack.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.core.message.Encoding;
import io.talflow.tal.Datasets;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.semantics.DagRun;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DAGs through the real job: Kafka's log, Flink's NFA, calls to a gateway; judged by what the topics then hold. */
@DisplayName("DAGs through the job")
class RecordedWorkflowsIT {
    private static final long SEED = Long.getLong("seed", 20260201L);
    private static final int MOST_TASKS = 1_000;
    private static final int GENERATED_NODES = 300;

    @TempDir
    static Path directory;

    /** By version: many files hold other runs of one workflow. */
    private static final Map<String, Workflow> WORKFLOWS = new ConcurrentHashMap<>();

    private static JobStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = JobStack.start(
                directory,
                firing -> DagRun.replayed(
                        WORKFLOWS.get(String.valueOf(firing.get("version"))), String.valueOf(firing.get("function"))));
    }

    @AfterAll
    static void stop() throws Exception {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @DisplayName("of a seed fire each node once and never before what it needs")
    void aGeneratedDagFiresEachNodeOnceAndInOrder() throws Exception {
        RandomDag dag = RandomDag.of("generated", GENERATED_NODES, SEED);
        Formats.Loaded loaded =
                Formats.loadWithWarnings("generated.yaml", dag.text().getBytes(StandardCharsets.UTF_8));
        assertThat(parents(loaded)).as("-Dseed=%d", SEED).isEqualTo(dag.parents());
        run(Map.of("v1", loaded));
        check("generated/v1", dag.parents());
    }

    @Test
    @DisplayName("of recorded runs fire each task once and never before its parents completed")
    void recordedWorkflowsFireEachTaskOnceAndInOrder() throws Exception {
        Datasets.folder("wfcommons-wfinstances");
        Map<String, Formats.Loaded> all = new TreeMap<>();
        for (Path file : Datasets.files("wfcommons-wfinstances", ".json")) {
            Formats.Loaded loaded = Formats.loadWithWarnings(file.toString(), Datasets.read(file));
            if (loaded.graph().nodes().size() <= MOST_TASKS) {
                all.put(file.getFileName().toString().replace(".json", ""), loaded);
            }
        }
        assertThat(all.keySet()).as("files of at most %d tasks", MOST_TASKS).hasSize(22);
        run(all);
        all.forEach((version, loaded) -> check(task(version, loaded), parents(loaded)));
    }

    /** Each workflow once, the version its task's key. */
    private static void run(Map<String, Formats.Loaded> workflows) throws Exception {
        try (Sdk sdk = new Sdk(stack.kafka(), Encoding.BINARY)) {
            for (Map.Entry<String, Formats.Loaded> each : workflows.entrySet()) {
                String version = each.getKey();
                Workflow workflow = each.getValue().workflow();
                WORKFLOWS.put(version, workflow);
                stack.define(workflow.name(), version, each.getValue().text());
                Map<String, Object> start = Map.of("workflow", workflow.name(), "version", version, "input", Map.of());
                sdk.send(null, Sdk.event(EventTypes.TASK_STARTED, version, task(version, each.getValue()), start));
            }
        }
        await("all have ended")
                .until(() -> workflows.entrySet().stream()
                        .allMatch(each -> stack.statuses()
                                .of(task(each.getKey(), each.getValue()))
                                .filter(status -> status.containsKey("endedAt"))
                                .isPresent()));
    }

    private static String task(String version, Formats.Loaded loaded) {
        return loaded.workflow().name() + "/" + version;
    }

    private static void check(String task, Map<String, Set<String>> parents) {
        assertThat(stack.statuses().of(task).orElseThrow())
                .as("-Dseed=%d, %s", SEED, task)
                .containsEntry("status", "COMPLETED")
                .extractingByKey("counts", InstanceOfAssertFactories.MAP)
                .containsEntry("completed", (long) parents.size())
                .containsEntry("running", 0L)
                .containsEntry("failed", 0L);
        assertThat(stack.gateway().firings(task)).as(task).hasSize(parents.size());
        Recording.all(stack.kafka()).get(task).firedOnceAndInOrder(parents);
    }

    private static Map<String, Set<String>> parents(Formats.Loaded loaded) {
        Map<String, Set<String>> parents = new HashMap<>();
        loaded.graph().nodes().forEach(node -> parents.put(node, new HashSet<>()));
        loaded.graph().edges().forEach(edge -> parents.get(edge.get(1)).add(edge.get(0)));
        return parents;
    }
}
