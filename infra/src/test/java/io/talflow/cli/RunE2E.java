package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.stack.StackFile;
import io.talflow.tal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("talflow run, as a process")
class RunE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void countsWordsAsTrSortAndUniqDo() throws Exception {
        Path text = WordCounts.text();
        Launcher.Result run = Launcher.run(
                folder,
                "run",
                WordCounts.WORKFLOW.toString(),
                "--input",
                Json.text(Map.of(
                        "path", folder.toRealPath().relativize(text).toString(), "all", true, "sliceBytes", 20_000L)));

        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<String, Object> output = run.json();
        assertThat(output.get("counts")).isEqualTo(WordCounts.independent(text));
        assertThat(run.err())
                .contains("starting the stack in .talflow", " waiting", "next:")
                .containsPattern("task word-count/[-0-9a-f]+: COMPLETED")
                .containsPattern("split +\\|.*# *\\| 1 x, \\d")
                .containsPattern("count +\\|.*# *\\| \\d+ x, \\d")
                .containsPattern("report +\\|.*# *\\| 1 x, \\d");
        String next = run.err().substring(run.err().indexOf("next:"));
        assertThat(next.lines().filter(line -> line.startsWith("  ./talflow "))).hasSize(3);
    }

    @Test
    void namesEveryProblemOfABadFileWithItsPosition() throws Exception {
        Files.writeString(folder.resolve("bad.yaml"), """
                tal: 1
                workflow: bad
                functions:
                  a: {python: a.py}
                rules:
                  - when: started
                    do: {invoke: b}
                  - when: {completed: c}
                    do: {complete: 1}
                """);
        Launcher.Result run = Launcher.run(folder, "run", "bad.yaml");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(line -> line.matches("bad\\.yaml:\\d+:\\d+: .+"));
        assertThat(folder.resolve(".talflow")).doesNotExist();
    }

    @Test
    void severalAtOnceShareOneStackAndOutliveItsOwner() throws Exception {
        write("short", 3);
        write("long", 8);
        Files.writeString(folder.resolve("failing.py"), """
                def handler(ctx, input):
                    return {"half": input["number"] / 0}
                """);
        Files.writeString(folder.resolve("failing.yaml"), """
                tal: 1
                workflow: failing
                functions:
                  halve: {python: failing.py, timeout: 20s}
                rules:
                  - {when: started, do: {invoke: halve, with: "${ input }"}}
                  - {when: {completed: halve}, do: {complete: 1}}
                """);
        try (Launcher.Running owner = Launcher.start(folder, "run", "short.yaml")) {
            await().atMost(PATIENCE)
                    .until(() -> StackFile.read(folder.resolve(".talflow")).isPresent());
            try (Launcher.Running other = Launcher.start(folder, "run", "long.yaml")) {
                assertFails(Launcher.run(folder, "run", "failing.yaml", "--input", "{\"number\": 3}"));
                assertPrints(owner.result(), "short");
                assertPrints(other.result(), "long");
            }
        }
        Launcher.Result list = Launcher.run(folder, "list", "--output", "json");
        assertThat(Output.rows(list.json(), "tasks"))
                .extracting(task -> task.get("workflow") + " " + task.get("status"))
                .containsExactlyInAnyOrder("short COMPLETED", "long COMPLETED", "failing FAILED");
    }

    private static void assertPrints(Launcher.Result run, String output) {
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Json.parse(run.out())).isEqualTo(output);
    }

    private static void assertFails(Launcher.Result run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("function halve failed", "ZeroDivisionError: division by zero")
                .contains("failing.py\", line 2, in handler")
                .containsPattern("task failing/[-0-9a-f]+: FAILED");
    }

    @Test
    void controlCCancelsTheTaskAndStopsEverything() throws Exception {
        write("endless", 600);
        try (Launcher.Running run = Launcher.start(folder, "run", "endless.yaml")) {
            await().atMost(PATIENCE).until(() -> run.printed().contains("1 running (sleep)"));
            List<ProcessHandle> functions = run.process().descendants().toList();
            assertThat(functions).isNotEmpty();
            run.interrupt();
            Launcher.Result ended = run.result();
            assertThat(ended.exitCode()).as(ended.err()).isEqualTo(130);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).contains("cancelled endless/");
            assertThat(functions).noneMatch(ProcessHandle::isAlive);
            assertThat(StackFile.read(folder.resolve(".talflow"))).isEmpty();

            String task = ended.err().replaceAll("(?s).*cancelled (endless/\\S+).*", "$1");
            Launcher.Result status = Launcher.run(folder, "status", task, "--output", "json");
            assertThat(status.err()).containsPattern("no stack runs on \\.talflow: .* \\d+ s ago");
            assertThat(status.json()).containsEntry("status", "CANCELLED");
        }
    }

    /** A workflow with one function that sleeps, then ends with the workflow's name. */
    private void write(String name, double seconds) throws IOException {
        Files.writeString(folder.resolve("sleep.py"), """
                import time

                def handler(ctx, input):
                    time.sleep(input["seconds"])
                    return input["name"]
                """);
        Files.writeString(
                folder.resolve(name + ".yaml"), """
                tal: 1
                workflow: NAME
                functions:
                  sleep: {python: sleep.py, timeout: 900s}
                rules:
                  - {when: started, do: {invoke: sleep, with: {name: NAME, seconds: SECONDS}}}
                  - {when: {completed: sleep}, do: {complete: "${ event.data }"}}
                """.replace("NAME", name).replace("SECONDS", String.valueOf(seconds)));
    }
}
