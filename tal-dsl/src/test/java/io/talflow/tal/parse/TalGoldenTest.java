package io.talflow.tal.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Golden;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.Problem;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.print.TalPrinter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import org.yaml.snakeyaml.Yaml;

@DisplayName("The corpus of TAL documents")
class TalGoldenTest {
    static List<Path> good() {
        return Golden.files("tal/good", ".yaml");
    }

    static List<Path> bad() {
        return Golden.files("tal/bad", ".yaml");
    }

    @ParameterizedTest
    @MethodSource("good")
    void printsAsCanonicalJson(Path file) throws IOException {
        Golden.matches(file, ".json", TalPrinter.json(load(file)));
    }

    @ParameterizedTest
    @MethodSource("good")
    void printedReadsBackToAnEqualWorkflow(Path file) throws IOException {
        Workflow read = load(file);
        Workflow again = Formats.load("printed.json", TalPrinter.json(read).getBytes(StandardCharsets.UTF_8));
        assertThat(again)
                .usingRecursiveComparison()
                .ignoringFieldsOfTypes(Position.class)
                .isEqualTo(read);
    }

    @ParameterizedTest
    @MethodSource("good")
    void isTheSameTreeToAYaml11Parser(Path file) throws IOException {
        Object yaml11 = new Yaml().load(Files.readString(file));
        Node yaml12 = YamlReader.read(Files.readAllBytes(file), YamlReader.Limits.TAL, new Problems("f"))
                .orElseThrow();
        assertThat(Json.parse(Json.bytes(yaml11))).isEqualTo(yaml12.value());
    }

    @ParameterizedTest
    @MethodSource("good")
    void isTheSameTreeToAYaml12Parser(Path file) throws IOException {
        Load yaml12 =
                new Load(LoadSettings.builder().setSchema(new CoreSchema()).build());
        Node ours = YamlReader.read(Files.readAllBytes(file), YamlReader.Limits.TAL, new Problems("f"))
                .orElseThrow();
        assertThat(Json.parse(Json.bytes(yaml12.loadFromString(Files.readString(file)))))
                .isEqualTo(ours.value());
    }

    @ParameterizedTest
    @MethodSource("bad")
    void saysEverythingThatIsWrong(Path file) throws IOException {
        Golden.matches(file, ".txt", diagnostics(file));
    }

    private static Workflow load(Path file) throws IOException {
        return Formats.load(file.getFileName().toString(), Files.readAllBytes(file));
    }

    private static String diagnostics(Path file) throws IOException {
        List<Problem> problems;
        try {
            problems = Formats.loadWithWarnings(file.getFileName().toString(), Files.readAllBytes(file))
                    .warnings();
        } catch (InvalidTal e) {
            problems = e.problems();
        }
        return problems.stream().map(problem -> problem + "\n").collect(Collectors.joining());
    }
}
