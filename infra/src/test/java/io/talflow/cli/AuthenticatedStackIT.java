package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.GatewayOptions;
import io.talflow.gateway.auth.Role;
import io.talflow.gateway.auth.TokenFile;
import io.talflow.stack.Stack;
import io.talflow.stack.StackFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A stack that asks for tokens")
class AuthenticatedStackIT {
    private static final String WORKFLOW = """
            tal: 1
            workflow: locked
            functions: {f: {python: f.py, secrets: [pay-token]}}
            rules:
              - {when: started, do: {invoke: f}}
              - {id: done, when: {completed: f}, do: {complete: "${ event.data }"}}
            """;
    private static final String CODE = """
            import os
            def handler(ctx, input):
                print("paying with", ctx.secrets["pay-token"])
                names = sorted(name for name in os.environ if "TOKEN" in name)
                return {"names": names, "token": ctx.secrets["pay-token"]}
            """;

    private static final String SECRET = "sk-2b9f-never-to-be-seen";

    @TempDir
    Path folder;

    @Test
    void runsTasksForWhoeverHasOneAndKeepsNoneWhereItCanBeRead() throws Exception {
        Path data = folder.resolve("data");
        String owner;
        Path secrets = Files.createDirectories(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("pay-token"), SECRET);
        UnaryOperator<GatewayOptions> given =
                options -> options.withSecurity(options.security().withSecrets(secrets));
        try (Stack stack = Stack.start(data, () -> {}, given, true).orElseThrow()) {
            owner = stack.token();
            Talflow talflow = new Talflow(stack.url(), stack.kafka(), owner);
            Files.writeString(folder.resolve("f.py"), CODE);
            talflow.apply(folder, WORKFLOW);
            Map<String, Object> ended = talflow.ended(talflow.start("locked", "one", Map.of()));
            assertThat(ended)
                    .containsEntry("status", "COMPLETED")
                    .containsEntry("output", Map.of("names", List.of(), "token", "***"));

            assertThatThrownBy(() -> new Api(stack.url()).tasks(""))
                    .isInstanceOf(CommandFailed.class)
                    .hasMessageContaining("needs a token of role viewer")
                    .hasMessageContaining("--token-file FILE");
            assertThat(command("list", "--data", data.toString()).out()).contains("locked/one");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("stack.json"))))
                    .isEqualTo("rw-------");
            servesAViewer(stack.url(), data);
        }
        assertThat(StackFile.read(data)).isEmpty();
        String job = Files.readString(data.resolve("gateway/job.token"));
        assertThat(filesWith(data, owner)).isEmpty();
        assertThat(filesWith(data, SECRET))
                .as("log, status, checkpoints, journal, logs")
                .isEmpty();
        assertThat(filesWith(data, "paying with ***")).as("the function's log").hasSize(1);
        assertThat(filesWith(data, job)).containsExactly(data.resolve("gateway/job.token"));
    }

    private void servesAViewer(String url, Path data) throws IOException {
        Path file = folder.resolve("viewer.token");
        Files.writeString(
                file,
                new TokenFile(data.resolve("gateway/tokens.json"))
                                .create("ann", Role.VIEWER, 0, 0)
                                .text()
                        + "\n");
        String[] options = {"--url", url, "--token-file", file.toString()};
        await("the new token counts")
                .atMost(Duration.ofSeconds(20))
                .until(() -> command("list", options[0], options[1], options[2], options[3])
                                .exitCode()
                        == 0);
        Launcher.Result refused = command("start", "locked", options[0], options[1], options[2], options[3]);
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("needs role operator", "of ann has viewer");
    }

    private static List<Path> filesWith(Path folder, String text) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> read(file).contains(text))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Launcher.Result command(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.execute(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
        return new Launcher.Result(exitCode, out.toString(), err.toString());
    }
}
