package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A running function")
@ExtendWith(SharedStack.class)
class RunningFunctionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void saysHowFarItIsAndAddsARuleToItsTask(Talflow talflow, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("work.py"), """
                import os, time

                def handler(ctx, input):
                    ctx.rule({"id": "late", "when": {"completed": "work"}, "do": {"complete": "${ 'by ' + event.data }"}})
                    ctx.progress(0.4, "frame 2 of 5")
                    while not os.path.exists(input["go"]):
                        time.sleep(0.02)
                        ctx.heartbeat()
                    return ctx.task
                """);
        talflow.apply(folder, """
                tal: 1
                workflow: self-made
                functions:
                  work: {python: work.py, timeout: 120s, heartbeat: 60s}
                rules:
                  - {when: started, do: {invoke: work, with: "${ input }"}}
                  - {when: {event: never}, do: {complete: 1}}
                events:
                  never: {type: com.example.never.v1}
                """);
        Path go = folder.resolve("go");
        String task = talflow.start("self-made", "t", Map.of("go", go.toString()));

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(talflow.command("status", task).out())
                        .containsPattern("FUNCTION +STATE .* PROGRESS\n")
                        .containsPattern("work +1 running .* 40 %, frame 2 of 5\n"));
        Files.createFile(go);

        assertThat(talflow.ended(task)).containsEntry("output", "by self-made/t");
        assertThat(talflow.command("status", task).out()).doesNotContain("PROGRESS");
        assertThat(String.valueOf(talflow.api().ofTask(task, "/events"))).contains("function work, self-made/t@");
    }

    @Test
    void cannotAddARuleThatDoesNotCheck(Talflow talflow, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("work.py"), """
                from talflow import SignalRefused

                def handler(ctx, input):
                    try:
                        ctx.rule({"id": "odd", "when": {"completed": "nobody"}, "do": {"complete": 1}})
                    except SignalRefused as refused:
                        return [refused.code, refused.detail]
                """);
        talflow.apply(folder, """
                tal: 1
                workflow: refused-rule
                functions: {work: {python: work.py}}
                rules:
                  - {when: started, do: {invoke: work}}
                  - {when: {completed: work}, do: {complete: "${ event.data }"}}
                """);
        Map<String, Object> ended = talflow.ended(talflow.start("refused-rule", "t", Map.of()));
        assertThat((List<?>) ended.get("output"))
                .map(String::valueOf)
                .satisfiesExactly(
                        code -> assertThat(code).isEqualTo("gateway/invalid-rule"),
                        detail -> assertThat(detail).contains("nobody"));
    }

    @Test
    void thatMissesItsHeartbeatIsStoppedAndTriedAgain(Talflow talflow, @TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("work.py"), """
                import time

                def handler(ctx, input):
                    if ctx.attempt == 1:
                        ctx.log("stuck")
                        try:
                            time.sleep(600)
                        finally:
                            print("was stopped")
                    return ctx.attempt
                """);
        talflow.apply(folder, """
                tal: 1
                workflow: stuck
                functions:
                  work:
                    python: work.py
                    timeout: 300s
                    heartbeat: 5s
                    retry: [{errorEquals: [Heartbeat.Missed], interval: 1ms}]
                rules:
                  - {when: started, do: {invoke: work}}
                  - {when: {completed: work}, do: {complete: "${ event.data }"}}
                """);
        String task = talflow.start("stuck", "t", Map.of());
        assertThat(talflow.ended(task)).containsEntry("output", 2L);
        assertThat(String.valueOf(talflow.api().ofTask(task, "/events"))).contains("Heartbeat.Missed");
        await().atMost(PATIENCE).until(() -> talflow.command("logs", task).out().contains("work | was stopped"));
    }
}
