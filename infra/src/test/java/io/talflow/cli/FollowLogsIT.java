package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("talflow logs --follow")
@ExtendWith(SharedStack.class)
class FollowLogsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WORKFLOW = """
            tal: 1
            workflow: followed
            functions:
              work: {python: work.py, timeout: 120s}
              shell: {command: [sh, -c, "echo from a shell >&2"]}
            rules:
              - {when: started, do: [{invoke: work, with: "${ input }"}]}
              - {when: {completed: work}, do: [{invoke: shell}]}
              - {when: {completed: shell}, do: {complete: 1}}
            """;

    @Test
    void showsLinesWhileTheFunctionRunsAndEndsWithTheTask(Talflow talflow, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("work.py"), """
                import os, time

                def handler(ctx, input):
                    print("waits")
                    while not os.path.exists(input["go"]):
                        time.sleep(0.02)
                    print("went on")
                """);
        talflow.apply(folder, WORKFLOW);
        Path go = folder.resolve("go");
        String task = talflow.start("followed", "t", Map.of("go", go.toString()));
        StringWriter out = new StringWriter();
        CompletableFuture<Integer> command = follow(talflow, out, task);

        await().atMost(PATIENCE).until(() -> out.toString().equals("work | waits\n"));
        assertThat(command).isNotDone();
        Files.createFile(go);

        assertThat(command.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(out.toString()).isEqualTo("work | waits\nwork | went on\nshell | from a shell\n");
        assertThat(talflow.status(task)).containsEntry("status", "COMPLETED");
    }

    @Test
    void printsAllOfAnEndedTaskAndOneFunctionAsJson(Talflow talflow, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("work.py"), "def handler(ctx, input):\n    print('no newline', end='')\n");
        talflow.apply(folder, WORKFLOW);
        String task = talflow.start("followed", "ended", Map.of());
        talflow.ended(task);

        Launcher.Result result = talflow.command("logs", task, "work", "--follow", "--output", "json");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out().lines()).hasSize(1);
        Map<String, Object> entry = Json.parseObject(result.out().getBytes(StandardCharsets.UTF_8));
        assertThat((Long) entry.remove("time")).isPositive();
        assertThat(entry)
                .isEqualTo(Map.of(
                        "node",
                        "node-1",
                        "firing",
                        firing(talflow, task),
                        "attempt",
                        1L,
                        "function",
                        "work",
                        "text",
                        "no newline",
                        "truncated",
                        false));
    }

    @Test
    void refusesATaskThatThereIsNot(Talflow talflow) {
        Launcher.Result result = talflow.command("logs", "followed/nobody", "--follow");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("no task followed/nobody");
    }

    private static Object firing(Talflow talflow, String task) {
        List<Map<String, Object>> logs = Output.rows(talflow.api().ofTask(task, "/logs?function=work"), "logs");
        return logs.get(0).get("firing");
    }

    private static CompletableFuture<Integer> follow(Talflow talflow, StringWriter out, String task) {
        return CompletableFuture.supplyAsync(() -> Main.execute(
                new String[] {"logs", task, "--follow", "--url", talflow.url()},
                new PrintWriter(out, true),
                new PrintWriter(new StringWriter(), true)));
    }
}
