package io.talflow.tal.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.talflow.tal.Golden;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.importer.Formats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Documents that mean harm")
class HostileDocumentsTest {
    private static final long SEED = Long.getLong("seed", 20260117L);
    private static final int MUTATIONS = Integer.getInteger("mutations", 3_000);
    /** Far above what a busy machine needs, far below what anything quadratic takes. */
    private static final Duration IN_TIME = Duration.ofSeconds(30);

    private static final String SPLICES = "{}[]:,#&*!|>'\"%@`-?\n\t $\\0<=~";

    @BeforeAll
    static void warmUp() {
        load("tal: 1\nworkflow: w\nrules: [{when: started, do: {complete: \"${ 1 }\"}}]");
    }

    @Test
    void anAliasBombIsRefusedAtOnce() {
        StringBuilder bomb = new StringBuilder("tal: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 30; level++) {
            String one = "*a" + (level - 1);
            bomb.append(
                    "a%d: &a%d [%s]\n".formatted(level, level, String.join(", ", List.of(one, one, one, one, one))));
        }
        refused(bomb.toString(), "tal/too-large");
    }

    @Test
    void aListThatHoldsItselfIsRefused() {
        refused("tal: 1\nrules: &a [*a]\n", "tal/alias");
    }

    @Test
    void tenMegabytesAreRefusedAtOnce() {
        refused("tal: 1\nworkflow: big\nnote: " + "x".repeat(10 << 20), "tal/too-large");
    }

    @Test
    void megabytesOfNothingAreReadInTime() {
        refused("\n ".repeat(1 << 20), "tal/empty");
        refused("tal: 1\nworkflow: w\nrules: [{when: started, do: {complete: '" + "${".repeat(1 << 20) + "'}}]", null);
    }

    @ParameterizedTest
    @CsvSource({"[,],tal/too-deep", "{a: ,},tal/too-deep", "'- ','',tal/not-yaml"})
    void nestingHasABound(String open, String close, String code) {
        refused("tal: 1\nrules: " + open.repeat(10_000) + close.repeat(10_000), code);
    }

    @Test
    void aLongTextThatIsRepeatedByAliasesIsRefused() {
        String rules = "  - {when: started, if: *x, do: {complete: 1}}\n".repeat(5_000);
        refused(
                "tal: 1\nworkflow: w\nx: &x '${ %s }'\nrules:\n%s".formatted("1 + ".repeat(1 << 20), rules),
                "tal/too-large");
    }

    @Test
    void anExpressionOfAMegabyteIsRefusedAndNotToldAsAWhole() {
        refused(
                "tal: 1\nworkflow: w\nrules: [{when: started, if: '${ %s1 > 0 }', do: {complete: 1}}]"
                        .formatted("1 + ".repeat(250_000)),
                "tal/bad-expression");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))",
                "boom(input.n) > 1",
                "input.n.matches('((x{1,100}){1,100}){1,100}')",
                "input.n.matches('(')"
            })
    void anExpressionThatMeansHarmIsRefused(String cel) {
        refused(
                "tal: 1\nworkflow: w\nrules: [{when: started, if: \"${ %s }\", do: {complete: 1}}]".formatted(cel),
                "tal/bad-expression");
    }

    @Test
    void aDagOfAMillionNodesIsRefused() {
        StringBuilder dag = new StringBuilder("tal: 1\nworkflow: w\nfunctions: {f: {python: f.py}}\ndag:\n");
        for (int node = 0; node < 1_000_000; node++) {
            dag.append(" n").append(node).append(": {}\n");
        }
        refused(dag.toString(), "tal/too-large");
    }

    @Test
    void aDagAsWideAndAsDeepAsAFileMayHoldIsReadInTime() {
        StringBuilder dag = new StringBuilder("tal: 1\nworkflow: w\nfunctions: {f: {python: f.py}}\ndag:\n");
        for (int node = 0; node < 20_000; node++) {
            dag.append(" n%d: {invoke: f, needs: [%s]}\n"
                    .formatted(node, node == 0 ? "" : node % 2 == 0 ? "n0" : "n" + (node - 1)));
        }
        dag.append(" last: {invoke: f, needs: [gone]}\n");
        refused(dag.toString(), null);
    }

    @Test
    void aLongAliasChainIsNotDeep() {
        StringBuilder chain = new StringBuilder("tal: 1\na0: &a0 [x]\n");
        for (int level = 1; level < 200; level++) {
            chain.append("a%d: &a%d [*a%d]\n".formatted(level, level, level - 1));
        }
        refused(chain.toString(), "tal/too-deep");
    }

    @Test
    void thousandsOfMistakesAreToldInTime() {
        StringBuilder mistakes = new StringBuilder("tal: 1\nworkflow: w\nrules:\n");
        for (int rule = 0; rule < 5_000; rule++) {
            mistakes.append("  - {when: {completed: n%d}, do: {invoke: f%d, as: m%d}}\n".formatted(rule, rule, rule));
        }
        assertTimeout(
                Duration.ofSeconds(60),
                () -> assertThatThrownBy(() -> load(mistakes.toString())).isInstanceOf(InvalidTal.class));
    }

    @Test
    void aMutatedDocumentIsReadOrRefusedAndNothingElse() throws IOException {
        List<Path> corpus = new ArrayList<>(Golden.files("tal/good", ".yaml"));
        corpus.addAll(Golden.files("tal/bad", ".yaml"));
        Random random = new Random(SEED);
        int read = 0;
        for (int round = 0; round < MUTATIONS; round++) {
            String source = Files.readString(corpus.get(random.nextInt(corpus.size())));
            String mutated = mutate(source, random);
            try {
                load(mutated);
                read++;
            } catch (InvalidTal e) {
                assertThat(e.problems()).isNotEmpty();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("-Dseed=%d, mutation %d:\n%s".formatted(SEED, round, mutated), e);
            }
        }
        assertThat(read).isPositive();
    }

    private static String mutate(String source, Random random) {
        StringBuilder text = new StringBuilder(source);
        int edits = 1 + random.nextInt(3);
        for (int edit = 0; edit < edits && text.length() > 1; edit++) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, SPLICES.charAt(random.nextInt(SPLICES.length())));
                case 2 -> text.insert(random.nextInt(text.length()), text.substring(at, end));
                case 3 -> text.setCharAt(at, (char) random.nextInt(random.nextBoolean() ? 128 : 0xFFFF));
                default -> {
                    int line = text.indexOf("\n", at);
                    int next = line < 0 ? -1 : text.indexOf("\n", line + 1);
                    if (next > 0) {
                        text.insert(next + 1, text.substring(line + 1, next + 1));
                    }
                }
            }
        }
        return text.toString();
    }

    private static void refused(String text, String code) {
        assertTimeout(
                IN_TIME,
                () -> assertThatThrownBy(() -> load(text)).isInstanceOfSatisfying(InvalidTal.class, e -> {
                    assertThat(e.problems()).allSatisfy(problem -> {
                        assertThat(problem.position().line()).isPositive();
                        assertThat(problem.position().column()).isPositive();
                        assertThat(problem.message()).hasSizeLessThan(2_000);
                    });
                    if (code != null) {
                        assertThat(e.problems().get(0).code()).isEqualTo(code);
                    }
                }));
    }

    private static void load(String text) {
        Formats.load("hostile.yaml", text.getBytes(StandardCharsets.UTF_8));
    }
}
