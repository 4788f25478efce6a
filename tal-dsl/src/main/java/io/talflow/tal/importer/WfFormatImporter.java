package io.talflow.tal.importer;

import io.talflow.tal.dag.Dag;
import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Function.Datum;
import io.talflow.tal.model.Template;
import io.talflow.tal.parse.Fields;
import io.talflow.tal.parse.Names;
import io.talflow.tal.parse.Node;
import io.talflow.tal.parse.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads WfCommons' WfFormat 1.5 and 1.0. Declared parents and children are the edges; a file one of two such tasks writes
 * and the other reads makes the edge a data edge, and one that no file explains stays a control edge.
 */
final class WfFormatImporter {
    private final Problems problems;
    private final Recorded recorded;
    private final Map<String, Task> tasks = new LinkedHashMap<>();
    private final Map<String, String> writers = new HashMap<>();

    /** A task as either version tells it; sizes of the files it writes, -1 where unknown. */
    private record Task(
            Fields fields,
            Set<String> parents,
            Set<String> children,
            Set<String> reads,
            Map<String, Long> writes,
            double seconds) {}

    WfFormatImporter(ImportOptions options, Problems problems) {
        this.problems = problems;
        this.recorded = new Recorded(options, problems);
    }

    static boolean recognises(Node.Mapping root) {
        return root.get("schemaVersion") != null && root.get("workflow") instanceof Node.Mapping;
    }

    /** The graph; incomplete where problems were reported. */
    Dag read(Node.Mapping root) {
        Fields document = new Fields(root, "the document", problems);
        Fields workflow = document.fields("workflow").orElseThrow();
        String version = document.text("schemaVersion");
        switch (version) {
            case "1.5" -> tasks15(workflow);
            case "1.0" -> tasks10(workflow);
            default ->
                problems.error(
                        "wf/unknown-version",
                        document.node("schemaVersion").position(),
                        "schemaVersion: 1.5 and 1.0 are read, is '%s'".formatted(version));
        }
        mendEdges();
        String name = document.optionalText("name").orElse("");
        Map<String, Function> functions = new LinkedHashMap<>();
        Map<String, Dag.Node> nodes = new LinkedHashMap<>();
        tasks.forEach((id, task) -> {
            functions.put(id, function(id, task));
            nodes.put(id, node(id, task));
        });
        return new Dag(
                Recorded.workflowName(name), Map.of(), functions, nodes, new Dag.Output.Count(), document.position());
    }

    private void tasks15(Fields workflow) {
        Optional<Fields> specification = required(workflow, "specification");
        Map<String, Double> runtimes = new HashMap<>();
        workflow.fields("execution")
                .ifPresent(execution -> each(
                        execution.items("tasks"),
                        "a task's execution",
                        task -> recorded.amount(task, "runtimeInSeconds")
                                .ifPresent(seconds -> runtimes.put(task.text("id"), seconds))));
        specification.ifPresent(given -> {
            Map<String, Long> sizes = new HashMap<>();
            each(
                    given.items("files"),
                    "a file",
                    file -> sizes.put(file.text("id"), recorded.bytes(file, "sizeInBytes")));
            each(given.items("tasks"), "a task", task -> {
                String id = task.text("id");
                Map<String, Long> writes = new LinkedHashMap<>();
                names(task, "outputFiles").forEach(file -> writes.put(file, sizes.getOrDefault(file, -1L)));
                add(id, task, names(task, "inputFiles"), writes, runtimes.getOrDefault(id, 0.0));
            });
        });
    }

    private void tasks10(Fields workflow) {
        if (has(workflow, "jobs")) {
            each(workflow.items("jobs"), "a job", job -> {
                Set<String> reads = new LinkedHashSet<>();
                Map<String, Long> writes = new LinkedHashMap<>();
                each(job.items("files"), "a file", file -> {
                    if (file.text("link").equals("output")) {
                        writes.put(file.text("name"), recorded.bytes(file, "size"));
                    } else {
                        reads.add(file.text("name"));
                    }
                });
                add(
                        job.text("name"),
                        job,
                        reads,
                        writes,
                        recorded.amount(job, "runtime").orElse(0));
            });
        }
    }

    private void add(String id, Fields fields, Set<String> reads, Map<String, Long> writes, double seconds) {
        Task task = new Task(
                fields,
                new LinkedHashSet<>(names(fields, "parents")),
                names(fields, "children"),
                reads,
                writes,
                seconds);
        if (tasks.putIfAbsent(id, task) != null) {
            problems.error("wf/duplicate-id", fields.position(), "task id '%s' is taken".formatted(id));
        }
        writes.keySet().forEach(file -> {
            String other = writers.putIfAbsent(file, id);
            if (other != null && !other.equals(id)) {
                problems.warning(
                        "wf/two-writers",
                        fields.position(),
                        "%s writes file %s, which %s writes too; the first one's is taken".formatted(id, file, other));
            }
        });
    }

    /** An edge that only one of its ends declares counts. */
    private void mendEdges() {
        tasks.forEach((id, task) -> {
            task.parents().forEach(parent -> known(parent, "parents", task));
            for (String child : task.children()) {
                if (known(child, "children", task) && tasks.get(child).parents().add(id)) {
                    problems.warning(
                            "wf/one-sided-edge",
                            task.fields().position(),
                            "%s names the child %s, which does not name it as a parent".formatted(id, child));
                }
            }
        });
    }

    private boolean known(String id, String list, Task task) {
        if (tasks.containsKey(id)) {
            return true;
        }
        problems.error(
                "wf/unknown-task",
                task.fields().node(list).position(),
                "%s: no task '%s'%s".formatted(list, id, Names.suggestion(id, tasks.keySet())));
        return false;
    }

    private Function function(String id, Task task) {
        List<Datum> emits = new ArrayList<>();
        task.writes().forEach((file, bytes) -> emits.add(new Datum(file, Datum.Kind.VALUE, bytes)));
        return recorded.replay(id, task.seconds(), emits, task.fields().position());
    }

    private Dag.Node node(String id, Task task) {
        List<Edge> needs = new ArrayList<>();
        Set<String> explained = new LinkedHashSet<>();
        for (String file : task.reads()) {
            String writer = writers.get(file);
            if (writer != null && task.parents().contains(writer)) {
                needs.add(Edge.data(writer, file, task.fields().position()));
                explained.add(writer);
            } else if (writer != null && !writer.equals(id)) {
                problems.warning(
                        "wf/file-without-edge",
                        task.fields().position(),
                        "%s reads file %s, which %s writes, but is not its child; no edge is added"
                                .formatted(id, file, writer));
            }
        }
        task.parents().stream()
                .filter(parent -> !explained.contains(parent))
                .forEach(parent -> needs.add(Edge.control(parent, task.fields().position())));
        return new Dag.Node(
                id,
                id,
                needs,
                Dag.Join.ALL,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Template.Struct(Map.of())),
                task.fields().position());
    }

    private Optional<Fields> required(Fields of, String key) {
        return has(of, key) ? of.fields(key) : Optional.empty();
    }

    private boolean has(Fields of, String key) {
        if (!of.has(key)) {
            problems.error("tal/missing", of.position(), "workflow: '%s' is missing".formatted(key));
        }
        return of.has(key);
    }

    private void each(List<Node> nodes, String what, java.util.function.Consumer<Fields> read) {
        nodes.forEach(node -> Fields.of(node, what, problems).ifPresent(read));
    }

    private Set<String> names(Fields fields, String key) {
        Set<String> names = new LinkedHashSet<>();
        for (Node item : fields.items(key)) {
            if (item.value() instanceof String name) {
                names.add(name);
            } else {
                problems.error(
                        "tal/not-text",
                        item.position(),
                        "%s: must be a list of text, has %s".formatted(key, item.kind()));
            }
        }
        return names;
    }
}
