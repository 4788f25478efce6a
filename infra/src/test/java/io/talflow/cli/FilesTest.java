package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
    private static final String WORD_COUNT = "../datasets/word-count/workflow.yaml";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.execute(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    @Test
    void wordCountIsValid() {
        assertThat(run("validate", WORD_COUNT)).isZero();
        assertThat(out.toString()).contains("word-count, 5 functions, 6 rules");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void printsTheGraphAsJson() {
        assertThat(run("graph", WORD_COUNT, "--output", "json")).isZero();
        assertThat(out.toString().strip())
                .startsWith("{\"nodes\":[\"split\",\"count\",\"shuffle\",\"merge\",\"report\"],\"edges\":[[")
                .contains("[\"split\",\"count\"]", "[\"count\",\"shuffle\"]", "[\"merge\",\"report\"]");
    }

    @Test
    void convertPrintsAWorkflowThatReadsBack(@TempDir Path folder) throws IOException {
        assertThat(run("convert", WORD_COUNT)).isZero();
        Path converted = Files.writeString(folder.resolve("converted.json"), out.toString());
        assertThat(run("validate", converted.toString())).isZero();
        assertThat(out.toString()).contains("converted.json: word-count, 5 functions, 6 rules");
    }

    @Test
    void namesEveryProblemWithItsPosition(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("bad.yaml");
        Files.writeString(file, """
                tal: 1
                workflow: bad
                functions:
                  a: {python: a.py}
                rules:
                  - when: started
                    do: {invoke: b}
                  - when: {completed: c}
                    do: {complete: 1}
                """);
        assertThat(run("validate", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("bad.yaml:7:", "bad.yaml:8:");
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThat(run("validate", "nowhere.yaml")).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.yaml:1:1: cannot read it");
    }

    @Test
    void whatInitWritesIsValidAndItsTestPasses() throws Exception {
        Path folder = Path.of("target", "made-by-init");
        delete(folder);
        InitCommand.write(folder, "made-by-init");
        assertThat(run("validate", folder.resolve("workflow.yaml").toString())).isZero();
        assertThat(unittest(folder)).contains("OK");
    }

    @Test
    void theWordCountFunctionsAgreeWithAnIndependentCount() throws Exception {
        assertThat(unittest(Path.of("../datasets/word-count"))).contains("OK");
    }

    private static String unittest(Path folder) throws IOException {
        Process test = new ProcessBuilder("python3", "-B", "-m", "unittest")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        return new String(test.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void delete(Path folder) throws IOException {
        for (String file : InitCommand.FILES) {
            Files.deleteIfExists(folder.resolve(file));
        }
        Files.deleteIfExists(folder);
    }
}
