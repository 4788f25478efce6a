package io.talflow.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A task of {@code histories/lost}: its bodies wait until they are let go, and a node runs some of them. */
final class HeldTask {
    private static final Path WORKFLOW = Path.of("src/test/resources/histories/lost/workflow.yaml");
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration A_TRY = Duration.ofSeconds(5);

    private final Talflow talflow;
    private final String node;
    private final int bodies;
    private final Path go;
    private String id;
    private int tries;
    private long nextTry;

    private HeldTask(Talflow talflow, String node, Path folder, int bodies) {
        this.talflow = talflow;
        this.node = node;
        this.bodies = bodies;
        this.go = folder.resolve("go");
    }

    /**
     * Starts tasks until one is held by a node. Where a function runs is a hash's word, and what is called before the job
     * knows of a new node stays where it is: any one task may have nothing there.
     */
    static HeldTask on(String node, Talflow talflow, Path folder, int bodies) {
        WorkflowFile.load(WORKFLOW, new PrintWriter(new StringWriter())).apply(talflow.api(), 1);
        HeldTask task = new HeldTask(talflow, node, folder, bodies);
        task.start();
        await("node %s runs functions of a task".formatted(node))
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(task::runsThere);
        await("all of %s is wanted".formatted(task.id))
                .atMost(PATIENCE)
                .until(() -> RunCommand.invocations(talflow.api(), task.id).size() == bodies + 1);
        return task;
    }

    private boolean runsThere() {
        if (NodeProcess.running(talflow, node) > 1) {
            return true;
        }
        if (System.nanoTime() > nextTry) {
            talflow.api().cancel(id);
            start();
        }
        return false;
    }

    private void start() {
        id = talflow.start("lost", "%s-%d".formatted(node, tries++), Map.of("n", (long) bodies, "go", go.toString()));
        nextTry = System.nanoTime() + A_TRY.toNanos();
    }

    String id() {
        return id;
    }

    void letGo() throws IOException {
        Files.createFile(go);
    }
}
