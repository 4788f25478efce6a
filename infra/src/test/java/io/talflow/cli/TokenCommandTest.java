package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("talflow token")
class TokenCommandTest {
    @TempDir
    Path folder;

    @Test
    void makesListsAndRevokesWithoutShowingASecretTwice() throws Exception {
        Launcher.Result made = token("create", "--role", "operator", "--name", "ann", "--expires", "12h");
        String text = made.out().strip();
        assertThat(text).matches("tlf_[0-9a-f]{8}_[A-Za-z0-9_-]{43}");
        assertThat(made.err()).contains("of ann, role operator").doesNotContain(text);

        String listed = token("list").out();
        assertThat(listed).contains("ann", "operator").doesNotContain(text.substring(13));
        Map<String, Object> json =
                Json.parseObject(token("list", "--output", "json").out().getBytes(StandardCharsets.UTF_8));
        assertThat(Output.rows(json, "tokens"))
                .hasSize(1)
                .first()
                .extracting("id")
                .isEqualTo(text.substring(4, 12));

        assertThat(token("revoke", "ann").exitCode()).isZero();
        assertThat(token("list").out()).doesNotContain("ann");
        assertThat(token("revoke", "ann")).satisfies(again -> {
            assertThat(again.exitCode()).isEqualTo(2);
            assertThat(again.err()).contains("no token ann");
        });
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        assertThat(token("create", "--role", "king").err()).contains("king", "VIEWER");
        assertThat(token("create", "--role", "viewer", "--expires", "soon").err())
                .contains("such as 12h or 90d");
        assertThat(token("create", "--role", "viewer", "--name", "a b").err()).contains("'a b'");
        Files.writeString(folder.resolve("tokens.json"), "[]");
        assertThat(token("list").err()).contains("tokens.json is no file of tokens");
    }

    private Launcher.Result token(String... arguments) {
        List<String> all = new ArrayList<>(List.of("token"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--tokens", folder.resolve("tokens.json").toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.execute(all.toArray(new String[0]), new PrintWriter(out, true), new PrintWriter(err, true));
        return new Launcher.Result(exitCode, out.toString(), err.toString());
    }
}
