package io.talflow.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A network namespace that reaches the broker and a gateway by a cable which can be cut. Needs root and iproute2. */
final class Namespace implements AutoCloseable {
    private static final Path FORWARD = Path.of("src/test/resources/nodes/forward.py");

    private final String name = "tal" + ProcessHandle.current().pid() % 100_000;
    private final String subnet = "10.%d.%d."
            .formatted(
                    200 + ProcessHandle.current().pid() / 256 % 50,
                    ProcessHandle.current().pid() % 256);
    private final Deque<Process> forwarders = new ArrayDeque<>();

    private Namespace() {}

    /** Skips the test where that cannot be had. */
    static Namespace open(String kafka, String url) throws IOException, InterruptedException {
        Namespace namespace = new Namespace();
        String denied = namespace.make();
        assumeTrue(denied.isEmpty(), "no network namespace can be made here: " + denied);
        for (String address : List.of(kafka, url)) {
            String port = address.substring(address.lastIndexOf(':') + 1);
            namespace.forward(List.of(), namespace.outside(), port, "127.0.0.1", port);
            namespace.forward(namespace.command(), "127.0.0.1", port, namespace.outside(), port);
        }
        return namespace;
    }

    /** What is wrong; empty: nothing. */
    private String make() throws InterruptedException {
        try {
            String made = run("ip", "netns", "add", name);
            if (!made.isEmpty()) {
                return made;
            }
            return String.join(
                    "",
                    run("ip", "link", "add", name, "type", "veth", "peer", "name", "inside", "netns", name),
                    run("ip", "addr", "add", outside() + "/24", "dev", name),
                    run("ip", "link", "set", name, "up"),
                    run("ip", "-n", name, "addr", "add", inside() + "/24", "dev", "inside"),
                    run("ip", "-n", name, "link", "set", "inside", "up"),
                    run("ip", "-n", name, "link", "set", "lo", "up"));
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private void forward(List<String> within, String host, String port, String targetHost, String targetPort)
            throws IOException {
        List<String> command = new ArrayList<>(within);
        command.addAll(List.of("python3", FORWARD.toString(), host, port, targetHost, targetPort));
        forwarders.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** The machine's address on the cable. */
    private String outside() {
        return subnet + "1";
    }

    /** The address by which the machine reaches what runs inside. */
    String inside() {
        return subnet + "2";
    }

    /** Runs what follows inside. */
    List<String> command() {
        return List.of("ip", "netns", "exec", name);
    }

    void cut() throws IOException, InterruptedException {
        run("ip", "link", "set", name, "down");
    }

    void mend() throws IOException, InterruptedException {
        run("ip", "link", "set", name, "up");
    }

    /** @return what it printed if it failed */
    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : "%s: %s".formatted(String.join(" ", command), printed.strip());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        forwarders.forEach(Process::destroyForcibly);
        run("ip", "link", "del", name);
        run("ip", "netns", "del", name);
    }
}
