package io.talflow.tal.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.talflow.tal.Golden;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.JsonSchema;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.print.TalPrinter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Editors and other readers judge a document by the schema alone: it must say what the reader says of its structure. */
@DisplayName("The published JSON Schema")
class PublishedSchemaTest {
    private static final String FUNCTIONS = """
            tal: 1
            workflow: w
            functions: {f: {python: f.py, emits: {d: value, s: stream}}, g: {http: "http://127.0.0.1/g"}}
            """;

    private static Map<String, Object> document;
    private static JsonSchema schema;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = Workflow.class.getResourceAsStream("/io/talflow/tal/tal-v1.schema.json")) {
            document = Json.parseObject(in.readAllBytes());
        }
        schema = JsonSchema.of(document);
    }

    static List<Path> good() {
        return Golden.files("tal/good", ".yaml");
    }

    @Test
    void isAJsonSchema() {
        assertThat(JsonSchema.fault(document)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("good")
    void acceptsAGoodDocumentAndWhatIsPrintedOfIt(Path file) throws IOException {
        byte[] text = Files.readAllBytes(file);
        assertThat(schema.check(tree(text))).isNull();
        assertThat(schema.check(TalPrinter.tree(Formats.load(file.toString(), text))))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "actions",
                "cron",
                "dag",
                "functions",
                "not-a-workflow",
                "numbers",
                "outside",
                "start-twice",
                "unknown-keys",
                "values",
                "windows"
            })
    void refusesABadDocument(String name) throws IOException {
        Path file = Path.of("src/test/resources/golden/tal/bad").resolve(name + ".yaml");
        assertThat(schema.check(tree(Files.readAllBytes(file)))).isNotNull();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "{do: {complete: 1}}",
                "{when: started}",
                "{when: begun, do: {complete: 1}}",
                "{when: {started: true}, do: {complete: 1}}",
                "{when: {complete: f}, do: {complete: 1}}",
                "{when: {completed: f, failed: g}, do: {complete: 1}}",
                "{when: {completed: f, within: 5m}, do: {complete: 1}}",
                "{when: {completed: [f]}, do: {complete: 1}}",
                "{when: {any: started}, do: {complete: 1}}",
                "{when: {seq: [started, {complete: f}]}, do: {complete: 1}}",
                "{when: {gather: {completed: f}}, do: {complete: 1}}",
                "{when: {item: {node: f}}, do: {complete: 1}}",
                "{when: started, do: {invoke: f, wiht: {}}}",
                "{when: started, do: {invoke: f, complete: 1}}",
                "{when: started, do: {set: {a: 1}, as: b}}",
                "{when: started, do: {invok: f}}",
                "{when: started, fires: twice, do: {complete: 1}}",
                "{when: started, on: true, do: {complete: 1}}",
                "{when: started, id: 7, do: {complete: 1}}",
                "{when: {atLeast: 1, of: started}, do: {complete: 1}}",
                "{when: {count: 0, of: started}, do: {complete: 1}}",
                "{when: {absent: started}, do: {complete: 1}}",
                "{when: {every: 5}, do: {complete: 1}}",
                "{when: {batch: {completed: f}}, do: {complete: 1}}",
                "{when: {seq: [started], strict: yes please}, do: {complete: 1}}",
                "{when: {any: [started], within: 5m}, do: {complete: 1}}",
                "{when: started, given: 1, do: {complete: 1}}",
                "{when: started, enabled: 1, do: {complete: 1}}",
                "{when: started, do: {emit: {type: io.talflow.x}}}",
                "{when: started, do: {start: Deliver_It}}",
                "{when: started, do: {add: {when: started}}}",
                "{when: started, do: {fail: {compensate: maybe}}}",
            })
    void refusesARuleThatTheReaderRefuses(String rule) {
        byte[] text = (FUNCTIONS + "rules: [" + rule + "]\n").getBytes(StandardCharsets.UTF_8);
        assertThat(catchThrowableOfType(InvalidTal.class, () -> Formats.load("rule.yaml", text)))
                .as("the reader")
                .isNotNull();
        assertThat(schema.check(tree(text))).as("the schema").isNotNull();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "{f: {needs: [{nod: g}]}}",
                "{f: {join: some}}",
                "{f: {join: {least: 1}}}",
                "{f: {catch: {errorEquals: [ALL], next: g}}, g: {}}",
                "{f: {catch: [{errorEquals: [], next: g}]}, g: {}}",
                "{f: {foreach: g.s, maxConcurrency: 0}, g: {}}",
                "{f: {foreach: [g.s]}}",
                "{f: {need: [g]}}",
                "{f: [g]}",
                "{f: {}}\nrules: [{when: started, do: {complete: 1}}]",
            })
    void refusesADagThatTheReaderRefuses(String dag) {
        byte[] text = (FUNCTIONS + "dag: " + dag + "\n").getBytes(StandardCharsets.UTF_8);
        assertThat(catchThrowableOfType(InvalidTal.class, () -> Formats.load("dag.yaml", text)))
                .as("the reader")
                .isNotNull();
        assertThat(schema.check(tree(text))).as("the schema").isNotNull();
    }

    private static Object tree(byte[] text) {
        return YamlReader.read(text, YamlReader.Limits.TAL, new Problems("f"))
                .orElseThrow()
                .value();
    }
}
