package io.talflow.tal.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.talflow.tal.Json;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The pages about the language")
class ReferencePageTest {
    private static final Path DOCS = Path.of("../docs");
    /** A row of a table whose last cell is an example. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\|.*\\| `([^`]+)` \\|$");

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```yaml\\n(tal: 1\\n.*?)^```$");

    /** What the examples of a section are put into; {@code HERE} is their place. */
    private static final Map<String, String> FRAMES = Map.of(
            "The document", "HERE",
            "An event from outside", "events: {more: {type: com.shop.more, HERE}}",
            "What starts a task", "start: HERE",
            "A function", "functions: {more: HERE}",
            "A datum", "functions: {more: {python: f.py, emits: {datum: HERE}}}",
            "A container", "functions: {more: {image: box, container: HERE}}",
            "An entry of retry", "functions: {more: {python: f.py, retry: [HERE]}}",
            "A rule", "rules: [HERE]",
            "What a rule waits for", "rules: [{when: HERE, do: {set: {a: 1}}}]",
            "What a rule does", "rules: [{when: {event: paid}, do: HERE}]");

    /** What the examples speak of. */
    private static final Map<String, String> WORLD = Map.of(
            "workflow", "workflow: world",
            "events", "events: {placed: {type: com.shop.placed}, paid: {type: com.shop.paid}",
            "functions", """
            functions: {split: {python: f.py, emits: {header: value, chunks: stream}}, encode: {python: f.py},
              merge: {python: f.py}, charge: {python: f.py}, refund: {python: f.py}""",
            "rules", """
            rules: [{id: world-1, when: started, do: [{invoke: split}, {invoke: merge}, {invoke: charge}]},
              {id: slice, when: {item: split.chunks}, fires: each, do: {invoke: encode}}""");

    private record Example(String section, String text) {
        @Override
        public String toString() {
            return section + ": " + text;
        }
    }

    static List<Example> examples() throws IOException {
        String section = "";
        List<Example> examples = new java.util.ArrayList<>();
        for (String line : Files.readString(DOCS.resolve("tal.md")).lines().toList()) {
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (line.startsWith("A datum is")) {
                section = "A datum";
            } else if (line.startsWith("A `container` says")) {
                section = "A container";
            } else if (line.startsWith("An entry of `retry`")) {
                section = "An entry of retry";
            }
            String of = section;
            ROW.matcher(line)
                    .results()
                    .map(row -> new Example(of, row.group(1)))
                    .filter(example -> FRAMES.containsKey(of))
                    .forEach(examples::add);
        }
        return examples;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void showExamplesThatLoad(Example example) {
        String frame = FRAMES.get(example.section()).replace("HERE", example.text());
        String text = document(frame.replace("type: com.shop.more, type:", "type:"));
        assertThatCode(() -> Formats.load("example.yaml", text.getBytes(StandardCharsets.UTF_8)))
                .as(text)
                .doesNotThrowAnyException();
    }

    @Test
    void showMoreThanFiftyExamples() throws IOException {
        assertThat(examples()).hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tal.md", "dag.md"})
    void showDocumentsThatLoad(String page) throws IOException {
        List<String> documents = BLOCK.matcher(Files.readString(DOCS.resolve(page)))
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(documents).isNotEmpty();
        documents.forEach(text -> assertThatCode(() -> Formats.load(page, text.getBytes(StandardCharsets.UTF_8)))
                .as(text)
                .doesNotThrowAnyException());
    }

    @Test
    void nameEveryKeyOfTheSchema() throws IOException {
        Set<String> keys = new TreeSet<>();
        try (InputStream schema = Workflow.class.getResourceAsStream("/io/talflow/tal/tal-v1.schema.json")) {
            keys(Json.parseObject(schema.readAllBytes()), keys);
        }
        assertThat(keys).contains("onTimeout", "compensate", "foreach");
        String pages = Files.readString(DOCS.resolve("tal.md")) + Files.readString(DOCS.resolve("dag.md"));
        Pattern.compile("`([^`\\n]+)`")
                .matcher(pages.replaceAll("(?ms)^```.*?^```$", ""))
                .results()
                .flatMap(code -> Stream.of(code.group(1).split("[^A-Za-z]+")))
                .forEach(keys::remove);
        assertThat(keys).as("keys that no page has").isEmpty();
    }

    private static void keys(Object schema, Set<String> keys) {
        if (schema instanceof Map<?, ?> map) {
            if (map.get("properties") instanceof Map<?, ?> properties) {
                properties.keySet().forEach(key -> keys.add((String) key));
            }
            map.values().forEach(value -> keys(value, keys));
        } else if (schema instanceof List<?> list) {
            list.forEach(value -> keys(value, keys));
        }
    }

    /** A whole document around one that has a key or more of it. */
    private static String document(String framed) {
        StringBuilder text = new StringBuilder();
        text.append(framed.startsWith("tal:") ? "" : "tal: 1\n");
        String key = framed.substring(0, framed.indexOf(':'));
        WORLD.forEach((name, world) -> {
            boolean list = name.equals("rules");
            String close = name.equals("workflow") ? "" : list ? "]" : "}";
            if (!name.equals(key)) {
                text.append(world).append(close).append('\n');
            } else if (!name.equals("workflow")) {
                String more = framed.substring(framed.indexOf(':') + 3, framed.length() - 1);
                text.append(world).append(", ").append(more).append(close).append('\n');
            }
        });
        if (!WORLD.containsKey(key) || key.equals("workflow")) {
            text.append(framed).append('\n');
        }
        return text.toString();
    }
}
