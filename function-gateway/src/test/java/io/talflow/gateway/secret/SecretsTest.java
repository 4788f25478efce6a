package io.talflow.gateway.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.LogQuery;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A secret")
class SecretsTest {
    private static final String VALUE = "q\"u/o\\te +x=ü-17";

    @TempDir
    Path folder;

    @Test
    void isAFileOfTheNodeAndItsLastLineBreakDoesNotCount() throws IOException {
        put("one", "first-value\n");
        put("two", "second\nvalue\r\n");
        Secrets secrets = store().of(function("one", "two"));
        assertThat(secrets.values()).containsEntry("one", "first-value").containsEntry("two", "second\nvalue");
        put("one", "another-value");
        assertThat(store().of(function("one")).values()).as("read anew").containsEntry("one", "another-value");
    }

    @Test
    void thatIsMissingOrWrongIsNamedAndNeverShown() throws IOException {
        put("short", "1234567");
        put("long", "x".repeat(16 * 1024 + 2));
        put("nul", "12345678\0");
        Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, 1, 2, 3, 4, 5, 6, 7, 8});
        Files.createDirectory(folder.resolve("folder"));
        for (String name : List.of("short", "long", "nul", "binary", "folder", "absent")) {
            assertThatThrownBy(() -> store().of(function(name)))
                    .as(name)
                    .isInstanceOf(SecretStore.Unusable.class)
                    .hasMessageContaining("secret " + name)
                    .hasMessageNotContaining("1234567");
        }
        assertThatThrownBy(() -> store().of(function("../one"))).hasMessageContaining("can be none");
        assertThatThrownBy(() -> new SecretStore(Optional.empty()).of(function("one")))
                .hasMessageContaining("--secrets DIR");
    }

    @Test
    void isMaskedInEachOfTheFormsItUsuallyTakes() {
        Secrets secrets = new Secrets(Map.of("s", VALUE));
        byte[] bytes = VALUE.getBytes(StandardCharsets.UTF_8);
        for (String form : List.of(
                VALUE,
                Json.text(VALUE),
                URLEncoder.encode(VALUE, StandardCharsets.UTF_8),
                Base64.getEncoder().encodeToString(bytes),
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes))) {
            String masked = secrets.masked("before " + form + " after");
            assertThat(masked)
                    .as(form)
                    .contains("before ", Secrets.MASK, " after")
                    .doesNotContain("u/o", "-17");
            assertThat(new String(secrets.masked(form.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8))
                    .contains(Secrets.MASK)
                    .doesNotContain("-17");
        }
    }

    @Test
    void isMaskedInJsonThatStaysJson() {
        Secrets secrets = new Secrets(Map.of("a", "12345678", "b", "\",\"x\":1}", "c", VALUE));
        Map<String, Object> told = Map.of(
                "12345678",
                List.of(12345678L, 1234567L, VALUE, "in " + VALUE, true),
                "n",
                Map.of("deep", "\",\"x\":1}"));
        assertThat(Json.parse(secrets.maskedJson(Json.bytes(told))))
                .isEqualTo(Map.of("***", List.of("***", 1234567L, "***", "in ***", true), "n", Map.of("deep", "***")));
        byte[] harmless = Json.bytes(Map.of("x", 1L));
        assertThat(secrets.maskedJson(harmless)).isSameAs(harmless);
        byte[] nothing = Json.bytes(null);
        assertThat(secrets.maskedJson(nothing)).isSameAs(nothing);
    }

    @Test
    void ofManyLinesIsMaskedLineByLineToo() {
        Secrets secrets = new Secrets(Map.of("key", "-----BEGIN-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n"));
        assertThat(secrets.masked("log: kqhkiG9w0BAQEF!")).isEqualTo("log: ***!");
    }

    @Test
    void thatComesInPartsIsMaskedWhereverItIsCut() {
        byte[] all = ("a " + VALUE + " and " + VALUE + " qq\"u/ end").getBytes(StandardCharsets.UTF_8);
        Secrets secrets = new Secrets(Map.of("s", VALUE));
        for (int part = 1; part <= all.length; part++) {
            assertThat(inParts(secrets, all, part)).as("in parts of %d", part).isEqualTo("a *** and *** qq\"u/ end");
        }
    }

    @Test
    void thatIsTheBeginningOfAnotherDoesNotUncoverItsRest() {
        Secrets secrets = new Secrets(Map.of("short", "abcdefgh", "long", "abcdefgh-ijkl", "inner", "gh-ijklmnop"));
        byte[] all = "x abcdefgh-ijkl y abcdefgh z abcdefgh-ijklmnop".getBytes(StandardCharsets.UTF_8);
        for (int part = 1; part <= all.length; part++) {
            assertThat(inParts(secrets, all, part))
                    .as("in parts of %d", part)
                    .startsWith("x *** y *** z ***")
                    .doesNotContain("abcd", "ijkl");
        }
    }

    @Test
    void holdsBackNothingThatCannotBeItsBeginning() {
        MaskedStream stream = new Secrets(Map.of("s", "secret-value")).stream();
        byte[] line = "a line\n".getBytes(StandardCharsets.UTF_8);
        assertThat(stream.next(line, line.length)).isEqualTo(line);
        assertThat(Secrets.NONE.stream().next(line, 3)).isEqualTo(new byte[] {'a', ' ', 'l'});
    }

    private static String inParts(Secrets secrets, byte[] all, int part) {
        MaskedStream stream = secrets.stream();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        for (int from = 0; from < all.length; from += part) {
            byte[] bytes = Arrays.copyOfRange(all, from, from + part);
            written.writeBytes(stream.next(bytes, Math.min(part, all.length - from)));
        }
        written.writeBytes(stream.rest());
        return written.toString(StandardCharsets.UTF_8);
    }

    @Test
    void isNotInTextAboutIt() {
        assertThat(new Secrets(Map.of("s", VALUE)).toString()).isEqualTo("secrets [s]");
    }

    @Test
    void isMaskedInAFunctionsLogAlsoWhereTheLimitWouldCutIt() throws IOException {
        Secrets secrets = new Secrets(Map.of("s", "cut-in-two-by-the-limit"));
        Firing firing = new Firing(new FiringKey("w/t@0/r/0", 1), "w/t", "w", "v", "f", "f", new byte[] {'1'});
        FunctionLogs logs = new FunctionLogs(folder.resolve("logs"));
        Path output = folder.resolve("output");
        Files.writeString(output, "x".repeat(FunctionLogs.MAX_BYTES - 10) + "cut-in-two-by-the-limit, and more");
        assertThat(logs.take(firing, output, 0, secrets)).isZero();
        FunctionLogs.Entry kept = logs.of(new LogQuery("w/t", "", "")).get(0);
        assertThat(kept.truncated()).isTrue();
        assertThat(kept.text()).endsWith("xx***, and m").doesNotContain("cut-in");
        assertThat(output).as("what the server printed").isEmptyFile();
        Files.writeString(output, "next\n");
        assertThat(logs.take(firing, output, 0, secrets)).isZero();
        assertThat(logs.of(new LogQuery("w/t", "", "")).get(0).text()).isEqualTo("next\n");
    }

    private SecretStore store() {
        return new SecretStore(Optional.of(folder));
    }

    private void put(String name, String value) throws IOException {
        Files.writeString(folder.resolve(name), value);
    }

    private static Function function(String... secrets) {
        return new Function(
                "f",
                new Function.Executor.Http("https://a.example/"),
                Map.of(),
                Duration.ofSeconds(1),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Arrays.stream(secrets)
                        .map(name -> new Function.Secret(name, ""))
                        .toList(),
                new Position(1, 1));
    }
}
