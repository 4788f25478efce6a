package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The stack's own gateway stays; another one, a process of its own, is lost in the middle of a task. */
@DisplayName("A task whose functions run on two nodes")
@ExtendWith(SharedStack.class)
class NodeLossE2E {
    private static final int PARTS = 12;
    private static final long SUM = 506; // of the squares of 0 to 11

    @TempDir
    Path folder;

    @Test
    void endsRightThoughOneIsKilled(Talflow talflow) throws Exception {
        try (NodeProcess node = NodeProcess.start(talflow, folder.resolve("killed"), "killed", List.of())) {
            HeldTask task = HeldTask.on("killed", talflow, folder, PARTS);
            node.signal("KILL");
            eventually("it is not heard any more")
                    .until(() -> "SILENT".equals(node.reported().get("state")));
            task.letGo();
            endsWithEachFiringCountedOnce(talflow, task.id(), "killed");
        }
    }

    @Test
    void endsRightThoughOneSleepsAndWakesUpAsAZombie(Talflow talflow) throws Exception {
        try (NodeProcess node = NodeProcess.start(talflow, folder.resolve("zombie"), "zombie", List.of())) {
            HeldTask task = HeldTask.on("zombie", talflow, folder, PARTS);
            node.signal("STOP");
            eventually("what it had goes elsewhere").until(() -> losses(talflow, task.id()) > 0);
            node.signal("CONT");
            eventually("it is back").until(() -> "UP".equals(node.reported().get("state")));
            task.letGo();
            endsWithEachFiringCountedOnce(talflow, task.id(), "zombie");
            eventually("nothing is left for it to do").until(() -> node.running() == 0);
        }
    }

    @Test
    void endsRightThoughOneIsCutOff(Talflow talflow) throws Exception {
        try (Namespace namespace = Namespace.open(talflow.kafka(), talflow.url());
                NodeProcess node = NodeProcess.start(
                        talflow,
                        folder.resolve("cut"),
                        "cut",
                        namespace.command(),
                        "--host",
                        namespace.inside(),
                        "--drain-seconds",
                        "1")) {
            HeldTask task = HeldTask.on("cut", talflow, folder, PARTS);
            namespace.cut();
            eventually("what it had goes elsewhere").until(() -> losses(talflow, task.id()) > 0);
            task.letGo();
            endsWithEachFiringCountedOnce(talflow, task.id(), "cut");
            namespace.mend();
            eventually("it is back").until(() -> "UP".equals(node.reported().get("state")));
            assertThat(talflow.status(task.id())).containsEntry("output", SUM);
            node.signal("TERM");
            assertThat(node.awaitEnd(Duration.ofSeconds(30))).isTrue();
        }
    }

    @Test
    void endsRightThoughOneIsToldToLeave(Talflow talflow) throws Exception {
        try (NodeProcess node =
                NodeProcess.start(talflow, folder.resolve("leaves"), "leaves", List.of(), "--drain-seconds", "1")) {
            HeldTask task = HeldTask.on("leaves", talflow, folder, PARTS);
            node.signal("TERM");
            assertThat(node.awaitEnd(Duration.ofSeconds(30))).isTrue();
            eventually("it is gone").until(() -> node.reported().isEmpty());
            task.letGo();
            endsWithEachFiringCountedOnce(talflow, task.id(), "leaves");
        }
    }

    private static void endsWithEachFiringCountedOnce(Talflow talflow, String task, String lost) {
        Map<String, Object> ended = talflow.ended(task);
        assertThat(ended).as("%s", ended).containsEntry("status", "COMPLETED").containsEntry("output", SUM);
        List<Map<String, Object>> invocations = invocations(talflow, task);
        assertThat(invocations)
                .hasSize(PARTS + 2)
                .allSatisfy(invocation -> assertThat(invocation)
                        .containsEntry("status", "COMPLETED")
                        .doesNotContainEntry("nodeId", lost));
        assertThat(invocations)
                .filteredOn(invocation -> Long.valueOf(2).equals(invocation.get("attempt")))
                .as("those that were lost")
                .isNotEmpty();
        Map<Object, Integer> counted = new LinkedHashMap<>();
        for (Map<String, Object> event : Output.rows(talflow.api().ofTask(task, "/events"), "events")) {
            if ("io.talflow.invocation.completed.v1".equals(event.get("type"))
                    && Output.rows(event, "decisions").stream().noneMatch(one -> one.containsKey("ignored"))) {
                counted.merge(event.get("talfiring"), 1, Integer::sum);
            }
        }
        assertThat(counted.values()).hasSize(PARTS + 2).containsOnly(1);
        assertThat(talflow.command("replay", task).out()).contains("all as recorded; COMPLETED");
    }

    private static long losses(Talflow talflow, String task) {
        return Output.rows(talflow.api().ofTask(task, "/events"), "events").stream()
                .filter(event -> "io.talflow.invocation.lost.v1".equals(event.get("type")))
                .count();
    }

    private static List<Map<String, Object>> invocations(Talflow talflow, String task) {
        return RunCommand.invocations(talflow.api(), task);
    }

    private static ConditionFactory eventually(String what) {
        return await(what).atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(100));
    }
}
