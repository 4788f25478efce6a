package io.talflow.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A running stack as a test uses it: by its API, and by commands in this process. */
record Talflow(String url, String kafka, String token) {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    Talflow(String url, String kafka) {
        this(url, kafka, "");
    }

    Api api() {
        return new Api(url, token);
    }

    /** Runs a command against the stack. */
    Launcher.Result command(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", url));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.execute(all.toArray(new String[0]), new PrintWriter(out, true), new PrintWriter(err, true));
        return new Launcher.Result(exitCode, out.toString(), err.toString());
    }

    /** Applies a workflow of one file beside its functions. */
    void apply(Path folder, String workflow) throws IOException {
        Path file = Files.writeString(folder.resolve("workflow.yaml"), workflow, StandardCharsets.UTF_8);
        WorkflowFile.load(file, new PrintWriter(new StringWriter())).apply(api(), 1);
    }

    /** Starts a task and returns its id. */
    String start(String workflow, String key, Object input) {
        return String.valueOf(
                api().start(workflow, Map.of("key", key, "input", input)).get("task"));
    }

    /** The status of a task once it has ended. */
    Map<String, Object> ended(String task) {
        return await("the end of " + task)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> status(task), status -> RunCommand.ENDED.contains(String.valueOf(status.get("status"))));
    }

    /** Empty while the view does not know the task. */
    Map<String, Object> status(String task) {
        return api().statusIfKnown(task).orElse(Map.of());
    }

    /** What is recorded of a task. */
    Recorded recorded(String task) {
        return Recorded.of(api(), task);
    }
}
