package io.talflow.tal.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Golden;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A history that was recorded once is decided as it was, for ever")
class HistoryGoldenTest {
    private static final String FOREVER =
            "%s was recorded from a real run. Tasks like it are in users' logs: it must replay for ever. Do not edit or"
                    + " record it again; keep the old meaning for old histories.%n%s";

    static List<Path> recorded() {
        return Golden.files("history/v1", ".jsonl");
    }

    @Test
    void thereAreHistoriesOfEveryKind() {
        assertThat(recorded())
                .extracting(file -> file.getFileName().toString().replace(".jsonl", ""))
                .contains(
                        "word-count",
                        "order-express",
                        "order-plain",
                        "signals",
                        "windows",
                        "retries",
                        "cancelled",
                        "growing",
                        "parent",
                        "child",
                        "child-failed",
                        "node-lost");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recorded")
    void replays(Path file) throws IOException {
        Outcome outcome = Replay.of(read(file));
        String lines = outcome.difference()
                .map(difference -> String.join(System.lineSeparator(), difference.lines()))
                .orElse("");
        assertThat(outcome.isSame()).as(FOREVER, file, lines).isTrue();
        assertThat(outcome.ahead())
                .as(FOREVER, file, "it decides more than is recorded")
                .isZero();
        assertThat(outcome.decisions()).as(file.toString()).isPositive();
        assertThat(String.valueOf(outcome.status().get("status"))).isIn("COMPLETED", "FAILED", "CANCELLED");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recorded")
    void isWrittenAsItWasRead(Path file) throws IOException {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        HistoryFile.write(read(file), written);
        History again = HistoryFile.read("written", new ByteArrayInputStream(written.toByteArray()));
        assertThat(Replay.of(again)).isEqualTo(Replay.of(read(file)));
        assertThat(again.events()).hasSameSizeAs(read(file).events());
    }

    private static History read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return HistoryFile.read(file.toString(), in);
        }
    }
}
