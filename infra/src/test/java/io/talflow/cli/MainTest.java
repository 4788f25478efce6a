package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.execute(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    static List<String> commands() {
        return List.copyOf(new CommandLine(new Main()).getSubcommands().keySet());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithAnExample(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: talflow " + command, "Example:", "  ");
    }

    @Test
    void helpNamesTheExitCodes() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("the task failed", "no stack answers");
    }

    @Test
    void refusesAnUnknownCommandWithExitCode2() {
        assertThat(run("frobnicate")).isEqualTo(2);
        assertThat(err.toString()).contains("frobnicate");
    }

    @Test
    void saysThatNoStackRunsWithExitCode3(@TempDir Path data) {
        assertThat(run("list", "--data", data.toString())).isEqualTo(3);
        assertThat(err.toString()).contains("no stack runs on", "talflow dev --data");
    }

    @Test
    void completionIsABashScript() {
        assertThat(run("completion")).isZero();
        assertThat(out.toString()).contains("#!/usr/bin/env bash", "_complete_talflow");
    }

    @Test
    void drawsOneBarPerFunctionInTheOrderTheyBegan() {
        List<String> lines = Timeline.of(
                List.of(
                        Map.of("node", "b", "beganAt", 1500L, "endedAt", 2000L),
                        Map.of("node", "a", "beganAt", 1000L, "endedAt", 1500L)),
                1000,
                2000);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("  a |####").endsWith("1 x, 0.500 s");
        assertThat(lines.get(1)).startsWith("  b |    ").contains("#| 1 x");
    }

    @Test
    void countsCallsThatWaitedForAContainer() {
        List<String> lines = Timeline.of(
                List.of(
                        Map.of("node", "a", "beganAt", 1000L, "endedAt", 1500L, "start", "cold"),
                        Map.of("node", "a", "beganAt", 1500L, "endedAt", 1600L, "start", "warm"),
                        Map.of("node", "a", "beganAt", 1600L, "endedAt", 1700L, "start", "warm")),
                1000,
                2000);
        assertThat(lines).singleElement().asString().endsWith("3 x, 0.700 s, 1 cold, 2 warm");
    }

    @Test
    void sumsUpInvocationsByNode() {
        List<Map<String, Object>> rows = FunctionStates.of(List.of(
                Map.of("node", "a", "status", "COMPLETED", "attempt", 1L, "beganAt", 20L, "endedAt", 30L),
                Map.of("node", "a", "status", "COMPLETED", "attempt", 2L, "beganAt", 10L, "endedAt", 40L),
                Map.of("node", "b", "status", "RUNNING", "attempt", 1L)));
        assertThat(rows.get(0))
                .containsEntry("state", "2 completed")
                .containsEntry("attempts", 2L)
                .containsEntry("beganAt", 10L)
                .containsEntry("endedAt", 40L);
        assertThat(rows.get(1)).containsEntry("state", "1 running").containsEntry("endedAt", null);
    }

    @Test
    void whatANodeUsesStandsBesideWhatItHas() {
        Map<String, Object> row = NodesCommand.row(Map.of(
                "node", "node-1",
                "silentMillis", 340L,
                "cpu", Map.of("cores", 1.5, "used", 0.25),
                "memory", Map.of("limitBytes", 8L << 30, "usedBytes", 1L << 30),
                "disk", Map.of("totalBytes", 40L << 30, "freeBytes", 30L << 30),
                "functions", Map.of("running", 3L, "warm", 2L)));
        assertThat(row)
                .containsEntry("cores", "0.25 of 1.5")
                .containsEntry("memory", "1.0 of 8.0 GiB")
                .containsEntry("disk", "10.0 of 40.0 GiB")
                .containsEntry("running", 3L)
                .containsEntry("heard", "340 ms ago");
    }

    @Test
    void tablesShowTimesAndJsonKeepsMilliseconds() throws Exception {
        Output table = new Output();
        table.format = Output.Format.table;
        table.print(new PrintWriter(out, true), Map.of("startedAt", 1_767_225_605_000L));
        assertThat(out.toString()).matches("started +202[56]-\\d\\d-\\d\\d \\d\\d:\\d\\d:05\\.000\\R");
        Output json = new Output();
        json.format = Output.Format.json;
        json.print(new PrintWriter(err, true), Map.of("startedAt", 1_767_225_605_000L));
        assertThat(err.toString()).contains("1767225605000");
    }

    @Test
    void refusesAStatusThatThereIsNot() {
        assertThat(run("list", "--status", "nonsense")).isEqualTo(2);
        assertThat(err.toString()).contains("nonsense", "COMPLETED");
    }
}
