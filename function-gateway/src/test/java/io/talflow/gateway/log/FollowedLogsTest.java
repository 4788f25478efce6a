package io.talflow.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.secret.Secrets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Logs that are followed")
class FollowedLogsTest {
    @TempDir
    Path data;

    private FunctionLogs logs;

    @BeforeEach
    void open() {
        logs = new FunctionLogs(data.resolve("logs"));
    }

    @Test
    void comeInWholeLinesAndEachOnce() throws Exception {
        FollowedLogs followed = logs.follow(new LogQuery("w/t", "", ""));
        try (AttemptLog log = logs.open(firing("w/t@0/r/0", "f"), Secrets.NONE)) {
            assertThat(followed.next()).isEmpty();
            write(log, "one\ntwo, hal");
            assertThat(texts(followed.next())).containsExactly("one\n");
            assertThat(followed.next()).isEmpty();
            write(log, "f of ä\nthree");
            assertThat(texts(followed.next())).containsExactly("two, half of ä\n");
            assertThat(texts(followed.rest())).containsExactly("three");
            assertThat(followed.rest()).isEmpty();
        }
    }

    @Test
    void areOfTheFunctionAndTheTaskThatIsAskedFor() throws Exception {
        FollowedLogs followed = logs.follow(new LogQuery("w/t", "f", ""));
        for (Firing firing : List.of(firing("w/t@0/r/0", "f"), firing("w/t@0/r/1", "other"))) {
            try (AttemptLog log = logs.open(firing, Secrets.NONE)) {
                write(log, "of " + firing.as() + "\n");
            }
        }
        assertThat(texts(followed.next())).containsExactly("of f\n");
        assertThat(logs.follow(new LogQuery("w/another", "", "")).rest()).isEmpty();
    }

    @Test
    void goOnFromAServersOutputInTheAttemptsOwnFile() throws Exception {
        Path output = Files.writeString(data.resolve("output"), "of an earlier call\n");
        long from = Files.size(output);
        Firing firing = firing("w/t@0/r/0", "f");
        FollowedLogs followed = logs.follow(new LogQuery("w/t", "", ""));
        logs.printing(firing, output, from, Secrets.NONE);
        Files.writeString(output, "one\n", StandardOpenOption.APPEND);
        assertThat(texts(followed.next())).containsExactly("one\n");
        assertThat(texts(logs.of(new LogQuery("w/t", "", "")))).containsExactly("one\n");
        Files.writeString(output, "two\n", StandardOpenOption.APPEND);
        logs.take(firing, output, from, Secrets.NONE);
        FunctionLogs.delete(output);
        assertThat(texts(followed.next())).containsExactly("two\n");
        assertThat(texts(logs.of(new LogQuery("w/t", "", "")))).containsExactly("one\ntwo\n");
    }

    @Test
    void sayOnceThatTheRestIsNotKept() throws Exception {
        FollowedLogs followed = logs.follow(new LogQuery("w/t", "", ""));
        try (AttemptLog log = logs.open(firing("w/t@0/r/0", "f"), Secrets.NONE)) {
            write(log, "x".repeat(FunctionLogs.MAX_BYTES - 1));
            assertThat(followed.next()).isEmpty();
            write(log, "yz");
            List<FunctionLogs.Entry> entries = followed.next();
            assertThat(entries).extracting(FunctionLogs.Entry::truncated).containsExactly(true);
            assertThat(entries.get(0).text()).hasSize(FunctionLogs.MAX_BYTES).endsWith("xy");
            write(log, "more\n");
            assertThat(followed.rest()).isEmpty();
        }
    }

    private static Firing firing(String id, String node) {
        return new Firing(new FiringKey(id, 1), "w/t", "w", "v", node, node, new byte[] {'1'});
    }

    private static List<String> texts(List<FunctionLogs.Entry> entries) {
        return entries.stream().map(FunctionLogs.Entry::text).toList();
    }

    private static void write(AttemptLog log, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.write(bytes, bytes.length);
    }
}
