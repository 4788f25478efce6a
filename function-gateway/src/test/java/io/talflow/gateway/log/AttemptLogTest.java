package io.talflow.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.gateway.secret.SecretStore;
import io.talflow.gateway.secret.Secrets;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The log of an attempt")
class AttemptLogTest {
    @TempDir
    Path data;

    @Test
    void isThereAsItIsPrinted() throws Exception {
        try (AttemptLog log = new AttemptLog(data.resolve("log"), Secrets.NONE)) {
            write(log, "one\n");
            assertThat(data.resolve("log")).hasContent("one\n");
            write(log, "two\n");
            assertThat(data.resolve("log")).hasContent("one\ntwo\n");
            assertThat(log.tail()).isEqualTo("one\ntwo");
        }
    }

    @Test
    void keepsItsFirstMebibyteAndTheByteThatSaysThereWasMore() throws Exception {
        try (AttemptLog log = new AttemptLog(data.resolve("log"), Secrets.NONE)) {
            for (int i = 0; i < 3 * 1024; i++) {
                write(log, "x".repeat(1023) + "\n");
            }
            write(log, "the end\n");
            assertThat(Files.size(data.resolve("log"))).isEqualTo(FunctionLogs.MAX_BYTES + 1);
            assertThat(log.tail()).endsWith("the end");
        }
    }

    @Test
    void hasNoSecretEvenIfItIsPrintedInParts() throws Exception {
        Files.writeString(data.resolve("pay-token"), "s3cret-value");
        Secrets secrets = secrets();
        try (AttemptLog log = new AttemptLog(data.resolve("log"), secrets)) {
            write(log, "token s3cret-");
            assertThat(data.resolve("log")).hasContent("token ");
            write(log, "value\n");
            assertThat(data.resolve("log")).hasContent("token ***\n");
            log.ended();
            assertThat(data.resolve("log")).hasContent("token ***\n");
            write(log, "late s3cret-value\n");
            assertThat(data.resolve("log")).hasContent("token ***\nlate ***\n");
            assertThat(log.tail()).isEqualTo("token ***\nlate ***");
        }
    }

    private Secrets secrets() throws Exception {
        return new SecretStore(Optional.of(data))
                .of(new Function(
                        "pay",
                        new Function.Executor.Http("https://pay.example/"),
                        Map.of(),
                        Function.DEFAULT_TIMEOUT,
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        List.of(new Function.Secret("pay-token", "")),
                        Position.NONE));
    }

    private static void write(AttemptLog log, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.write(bytes, bytes.length);
    }
}
