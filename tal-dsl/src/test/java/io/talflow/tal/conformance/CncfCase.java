package io.talflow.tal.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Datasets;
import io.talflow.tal.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.Yaml;

/** One of the cases that the CNCF's sdk-java asserts: a workflow, an input, events that other workflows send, what comes of it. */
public record CncfCase(Map<String, Object> given) {
    private static final String FOLDER = "cncf-sdk-java";

    /** All that are there, in the file's order. */
    @SuppressWarnings("unchecked")
    public static List<CncfCase> all() {
        Object all = Json.parse(Datasets.read(Datasets.folder(FOLDER).resolve("expected.json")));
        return ((List<Map<String, Object>>) all).stream().map(CncfCase::new).toList();
    }

    /** An event that a step of the case makes another workflow send. */
    public record Emitter(String workflow, String text, Object input) {}

    /** The name of the workflow that is judged. */
    public String workflow() {
        return CncfTal.name(document(file()));
    }

    /** It as TAL. */
    public String text() {
        return Json.pretty(CncfTal.of(document(file()), heard()));
    }

    public Object input() {
        Object input = main().get("input");
        return input == null ? Map.of() : input;
    }

    /** TAL of the workflows that it starts. */
    public List<String> needs() {
        return given.get("needs") instanceof List<?> files
                ? files.stream()
                        .map(file -> Json.pretty(CncfTal.of(document(file), List.of())))
                        .toList()
                : List.of();
    }

    /** In order. */
    public List<Emitter> emitters() {
        List<Emitter> emitters = new ArrayList<>();
        steps().forEach(step -> {
            Map<?, ?> emit = (Map<?, ?>) step.get("emit");
            Map<String, Object> document = document(emit.get("workflow"));
            emitters.add(new Emitter(
                    CncfTal.name(document), Json.pretty(CncfTal.of(document, List.of())), emit.get("input")));
        });
        return emitters;
    }

    /** Types that its steps send, whether or not the workflow says that it listens to them. */
    public List<String> heard() {
        List<String> types = new ArrayList<>();
        steps().forEach(step -> types.addAll(types(document(((Map<?, ?>) step.get("emit")).get("workflow")))));
        types.addAll(types(document(file())));
        return types.stream().distinct().toList();
    }

    /** Fails unless a status is what the case wants. */
    public void check(Map<String, Object> status) {
        if (given.get("error") instanceof Map<?, ?> error) {
            assertThat(status).as(toString()).containsEntry("status", "FAILED");
            assertThat((Map<?, ?>) status.get("error"))
                    .as(toString())
                    .extracting("error")
                    .isEqualTo(error.get("type"));
        } else if ("FAULTED".equals(given.get("status"))) {
            assertThat(status).as(toString()).containsEntry("status", "FAILED");
        } else {
            assertThat(status).as(toString()).containsEntry("status", "COMPLETED");
            checkOutput(status.get("output"));
        }
    }

    private void checkOutput(Object output) {
        if (given.get("output_has") instanceof Map<?, ?> fields) {
            assertThat(((Map<?, ?>) output).entrySet().containsAll(fields.entrySet()))
                    .as("%s: %s", this, output)
                    .isTrue();
        } else if (given.get("output_any_order") instanceof List<?> all) {
            assertThat((List<?>) output).as(toString()).hasSameSizeAs(all);
            assertThat(((List<?>) output).containsAll(all))
                    .as("%s: %s", this, output)
                    .isTrue();
        } else {
            assertThat(output)
                    .as(toString())
                    .isEqualTo(Optional.of(given.get("output")).get());
        }
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> steps() {
        return given.containsKey("steps") ? (List<Map<String, Object>>) given.get("steps") : List.of();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> main() {
        return given.containsKey("listen") ? (Map<String, Object>) given.get("listen") : given;
    }

    private Object file() {
        return main().get("workflow");
    }

    private static Map<String, Object> document(Object file) {
        Path path = Datasets.folder(FOLDER).resolve(file.toString());
        return new Yaml().load(new String(Datasets.read(path), StandardCharsets.UTF_8));
    }

    /** The {@code type} of every {@code with} in a document, which is an event's. */
    private static List<String> types(Object node) {
        List<String> types = new ArrayList<>();
        if (node instanceof Map<?, ?> map) {
            if (map.get("with") instanceof Map<?, ?> with && with.get("type") instanceof String type) {
                types.add(type);
            }
            map.values().forEach(below -> types.addAll(types(below)));
        } else if (node instanceof List<?> list) {
            list.forEach(below -> types.addAll(types(below)));
        }
        return types;
    }

    @Override
    public String toString() {
        return "%s with %s".formatted(file(), Json.text(input()));
    }
}
