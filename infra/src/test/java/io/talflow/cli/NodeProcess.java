package io.talflow.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A gateway as a process of its own, beside a stack. */
final class NodeProcess implements AutoCloseable {
    private final String node;
    private final Process process;
    private final Talflow talflow;

    private NodeProcess(String node, Process process, Talflow talflow) {
        this.node = node;
        this.process = process;
        this.talflow = talflow;
    }

    /**
     * Starts it and waits until the stack's own gateway hears it.
     *
     * @param within a command to run it by; empty: none
     */
    static NodeProcess start(Talflow talflow, Path data, String node, List<String> within, String... more)
            throws IOException {
        List<String> command = new ArrayList<>(within);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.talflow.gateway.GatewayMain",
                "--kafka",
                talflow.kafka(),
                "--data",
                data.toString(),
                "--node-id",
                node,
                "--insecure"));
        command.addAll(List.of(more));
        Path log = Files.createDirectories(data).resolve("gateway.out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        NodeProcess started = new NodeProcess(node, process, talflow);
        await("node %s; see %s".formatted(node, log))
                .atMost(Duration.ofSeconds(60))
                .failFast("it ended", () -> !process.isAlive())
                .until(() -> "UP".equals(started.reported().get("state")));
        return started;
    }

    /** What the stack's gateway knows of it; empty: nothing. */
    Map<String, Object> reported() {
        return reported(talflow, node);
    }

    private static Map<String, Object> reported(Talflow talflow, String node) {
        return Output.rows(talflow.api().nodes(), "nodes").stream()
                .filter(row -> node.equals(row.get("node")))
                .findFirst()
                .orElse(Map.of());
    }

    long running() {
        return running(talflow, node);
    }

    /** Functions that run on a node. */
    static long running(Talflow talflow, String node) {
        return reported(talflow, node).get("functions") instanceof Map<?, ?> functions
                        && functions.get("running") instanceof Long n
                ? n
                : 0;
    }

    void signal(String name) throws IOException, InterruptedException {
        Launcher.signal(name, process.pid());
    }

    boolean awaitEnd(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
