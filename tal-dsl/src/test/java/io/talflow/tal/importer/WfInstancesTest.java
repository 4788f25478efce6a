package io.talflow.tal.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Datasets;
import io.talflow.tal.Json;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.semantics.DagRun;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Recorded workflows in WfFormat")
class WfInstancesTest {
    private static final int MOST_TASKS_RUN = 1_010;

    static Stream<Path> instances() {
        return Stream.concat(
                Datasets.files("wfcommons-wfinstances", ".json").stream(),
                Datasets.files("faasflow/v1.1/benchmark/generator", ".json").stream());
    }

    @Test
    void areAllThere() {
        Datasets.folder("wfcommons-wfinstances");
        assertThat(Datasets.files("wfcommons-wfinstances", ".json")).hasSize(24);
    }

    @ParameterizedTest
    @MethodSource("instances")
    void haveTheEdgesTheFileGivesAndRunInTheirOrder(Path file) {
        Map<String, Set<String>> parents = parents(file);
        Formats.Loaded loaded = Formats.loadWithWarnings(file.toString(), Datasets.read(file));
        assertThat(Set.copyOf(loaded.graph().nodes())).isEqualTo(parents.keySet());
        assertThat(loaded.graph().edges()).doesNotHaveDuplicates();
        assertThat(Set.copyOf(loaded.graph().edges())).isEqualTo(edges(parents));
        assertThat(loaded.workflow().rules()).noneMatch(rule -> rule.condition().isPresent());
        assertThat(dataEdges(loaded.workflow())).isEqualTo(fileEdges(file));
        Workflow again =
                Formats.load("registered.json", loaded.text().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(again.rules()).hasSameSizeAs(loaded.workflow().rules());
        if (parents.size() <= MOST_TASKS_RUN) {
            DagRun run = DagRun.of(loaded.workflow(), Map.of(), file.hashCode());
            assertThat(run.output()).isEqualTo(Map.of("nodes", (long) parents.size()));
            assertThat(run.invoked).hasSameSizeAs(parents.keySet()).doesNotHaveDuplicates();
            run.completedBefore.forEach((node, done) -> assertThat(done).containsAll(parents.get(node)));
        }
    }

    private static Set<List<String>> dataEdges(Workflow workflow) {
        Set<List<String>> edges = new HashSet<>();
        for (Rule rule : workflow.rules()) {
            Stream.concat(Stream.of(rule.when()), rule.when().children().stream())
                    .filter(part ->
                            part instanceof EventExpression.Leaf leaf && leaf.type() == EventExpression.LeafType.READY)
                    .forEach(part -> edges.add(List.of(((EventExpression.Leaf) part).datum(), rule.id())));
        }
        return edges;
    }

    private static Set<List<String>> edges(Map<String, Set<String>> parents) {
        Set<List<String>> edges = new HashSet<>();
        parents.forEach((child, of) -> of.forEach(parent -> edges.add(List.of(parent, child))));
        return edges;
    }

    /** Each task's parents: what its own list says and what the lists of children say agree. */
    private static Map<String, Set<String>> parents(Path file) {
        Map<String, Set<String>> up = new HashMap<>();
        Map<String, Set<String>> down = new HashMap<>();
        tasks(file).forEach(task -> {
            up.put(id(task), Set.copyOf(strings(task.get("parents"))));
            down.putIfAbsent(id(task), new HashSet<>());
            strings(task.get("children"))
                    .forEach(child -> down.computeIfAbsent(child, ignored -> new HashSet<>())
                            .add(id(task)));
        });
        assertThat(up).isEqualTo(down);
        return up;
    }

    /** Pairs of a file some task writes and a task that reads it. */
    private static Set<List<String>> fileEdges(Path file) {
        List<Map<String, Object>> tasks = tasks(file);
        Set<String> written =
                tasks.stream().flatMap(task -> files(task, "output")).collect(Collectors.toSet());
        Set<List<String>> edges = new HashSet<>();
        tasks.forEach(task ->
                files(task, "input").filter(written::contains).forEach(name -> edges.add(List.of(name, id(task)))));
        return edges;
    }

    private static String id(Map<String, Object> task) {
        return (String) task.getOrDefault("id", task.get("name"));
    }

    @SuppressWarnings("unchecked")
    private static Stream<String> files(Map<String, Object> task, String link) {
        if (task.get("files") instanceof List<?> files) {
            return files.stream()
                    .map(file -> (Map<String, Object>) file)
                    .filter(file -> link.equals(file.get("link")))
                    .map(file -> (String) file.get("name"));
        }
        return strings(task.get(link + "Files")).stream();
    }

    @SuppressWarnings("unchecked")
    private static List<String> strings(Object value) {
        return value == null ? List.of() : (List<String>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> tasks(Path file) {
        Map<String, Object> workflow =
                (Map<String, Object>) Json.parseObject(Datasets.read(file)).get("workflow");
        return workflow.containsKey("jobs")
                ? (List<Map<String, Object>>) workflow.get("jobs")
                : (List<Map<String, Object>>) ((Map<String, Object>) workflow.get("specification")).get("tasks");
    }
}
