package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class OperatorCommandsTest {
    private static final Path RECORDED = Path.of("../tal-dsl/src/test/resources/golden/history/v1/word-count.jsonl");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.execute(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    static Stream<List<String>> below() {
        return new CommandLine(new Main())
                .getSubcommands().entrySet().stream()
                        .flatMap(command -> command.getValue().getSubcommands().keySet().stream()
                                .map(verb -> List.of(command.getKey(), verb)));
    }

    @ParameterizedTest
    @MethodSource("below")
    void everyCommandBelowAnotherHasHelpWithAnExample(List<String> command) {
        assertThat(run(command.get(0), command.get(1), "--help")).isZero();
        assertThat(out.toString())
                .contains("Usage: talflow " + String.join(" ", command), "Example:", "--output=json|table");
    }

    @Test
    void aGroupOfCommandsNamesThem() {
        assertThat(run("rules")).isEqualTo(2);
        assertThat(err.toString()).contains("list, add, enable or disable");
        assertThat(run("dead-letters")).isEqualTo(2);
        assertThat(err.toString()).contains("list, show or retry");
    }

    @Test
    void aFileIsReplayedWithoutAnythingThatRuns() {
        assertThat(run("replay", RECORDED.toString())).isZero();
        assertThat(out.toString()).contains("word-count/history: ", "all as recorded; COMPLETED");
    }

    @Test
    void aFileThatIsNoHistoryIsBadInput(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("odd.jsonl"), "{}\n");
        assertThat(run("replay", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("odd.jsonl:1: not a history");
        assertThat(run("replay", "nothing.jsonl")).isEqualTo(2);
        assertThat(err.toString()).contains("not a task id: nothing.jsonl");
    }

    @Test
    void aBrokerThatDoesNotAnswerIsNoStack() {
        assertThat(run("replay", "w/t", "--kafka", "127.0.0.1:1")).isEqualTo(3);
        assertThat(err.toString()).contains("cannot read tal.tasks");
    }

    @ParameterizedTest
    @CsvSource({
        "0, in 0 ms",
        "999, in 999 ms",
        "12000, in 12 s",
        "-12000, 12 s ago",
        "900000, in 15 min",
        "8100000, in 2 h 15 min",
        "-187200000, 2 d 4 h ago"
    })
    void timesAreToldFromNow(long millis, String told) {
        assertThat(Flow.distance(millis)).isEqualTo(told);
    }
}
