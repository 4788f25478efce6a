package io.talflow.tal.dag;

import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Join;
import io.talflow.tal.parse.Fields;
import io.talflow.tal.parse.Names;
import io.talflow.tal.parse.Node;
import io.talflow.tal.parse.Problems;
import io.talflow.tal.parse.RetryReader;
import io.talflow.tal.parse.RulesReader;
import io.talflow.tal.parse.TalReader;
import io.talflow.tal.parse.TemplateReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a TAL document that is written as a {@code dag}. */
public final class DagReader {
    private final Problems problems;
    private final TemplateReader templates;

    public DagReader(Problems problems) {
        this.problems = problems;
        this.templates = new TemplateReader(problems);
    }

    /** The graph; incomplete where problems were reported. */
    public Dag read(Node.Mapping root) {
        Fields fields = new Fields(root, "the document", problems);
        fields.allow("tal", "workflow", "input", "events", "start", "deadline", "limits", "functions", "dag", "output");
        Map<String, Dag.Node> nodes = new LinkedHashMap<>();
        fields.fields("dag")
                .ifPresent(declared -> declared.mapping()
                        .fields()
                        .forEach((name, node) ->
                                node(name, node, declared.mapping()).ifPresent(read -> nodes.put(name, read))));
        Dag.Output output = fields.has("output")
                ? new Dag.Output.Of(templates.read(fields.node("output")))
                : new Dag.Output.OfSinks();
        return new Dag(new TalReader(problems).declared(fields, List.of()), nodes, output, fields.position());
    }

    private Optional<Dag.Node> node(String name, Node node, Node.Mapping dag) {
        if (!Names.isIdentifier(name)) {
            problems.error(
                    "tal/bad-name",
                    dag.keyPosition(name),
                    "node name '%s' must be a CEL identifier (letters, digits, _) and no word YAML or CEL keeps"
                            .formatted(name));
        }
        Node written = node.value() == null ? new Node.Mapping(Map.of(), Map.of(), dag.keyPosition(name)) : node;
        return Fields.of(written, "node " + name, problems).map(fields -> {
            fields.allow("invoke", "needs", "foreach", "maxConcurrency", "if", "with", "join", "catch");
            List<Edge> needs = new ArrayList<>();
            fields.items("needs")
                    .forEach(need -> edge(need, dag.fields().keySet()).ifPresent(needs::add));
            return new Dag.Node(
                    name,
                    fields.optionalText("invoke").orElse(name),
                    needs,
                    join(fields),
                    fields.has("foreach") ? stream(fields.node("foreach")) : Optional.empty(),
                    (int) fields.whole("maxConcurrency", 0, 1, RulesReader.MOST_AT_A_TIME),
                    templates.condition(fields),
                    fields.has("with") ? Optional.of(templates.read(fields.node("with"))) : Optional.empty(),
                    catches(fields),
                    dag.keyPosition(name));
        });
    }

    private List<Dag.Catch> catches(Fields fields) {
        RetryReader reader = new RetryReader(problems);
        List<Dag.Catch> catches = new ArrayList<>();
        for (Fields entry : reader.entries("catch", fields)) {
            entry.allow("errorEquals", "next");
            catches.add(new Dag.Catch(reader.errors(entry, "catch"), entry.text("next"), entry.position()));
        }
        return catches;
    }

    private Join join(Fields fields) {
        if (!fields.has("join")) {
            return Join.ALL;
        }
        if (fields.node("join") instanceof Node.Mapping mapping) {
            Fields join = new Fields(mapping, "join", problems);
            join.allow("atLeast");
            if (!join.has("atLeast")) {
                problems.error(
                        "tal/missing", join.position(), "join: 'atLeast' is missing; say how many: {atLeast: 2}");
            }
            int edges = Math.max(1, fields.items("needs").size());
            return Join.atLeast((int) join.whole("atLeast", 1, 1, edges));
        }
        Object join = fields.node("join").value();
        if (!"all".equals(join) && !"any".equals(join)) {
            problems.error(
                    "dag/bad-join",
                    fields.node("join").position(),
                    "join: must be all, any or {atLeast: NUMBER}, is %s"
                            .formatted(fields.node("join").kind()));
        }
        return "any".equals(join) ? Join.ANY : Join.ALL;
    }

    /** {@code NODE}, {@code NODE.DATUM}, or {@code {node: …, datum: …, if: …}}. */
    private Optional<Edge> edge(Node node, Set<String> nodes) {
        if (node instanceof Node.Mapping mapping) {
            Fields fields = new Fields(mapping, "a need", problems);
            fields.allow("node", "datum", "if");
            return Optional.of(new Edge(
                    fields.text("node"), fields.optionalText("datum"), templates.condition(fields), fields.position()));
        }
        String text = String.valueOf(node.value());
        int dot = text.indexOf('.');
        if (!(node instanceof Node.Scalar) || dot == 0 || dot == text.length() - 1 || text.indexOf('.', dot + 1) > 0) {
            problems.error(
                    "dag/bad-need",
                    node.position(),
                    "needs: takes NODE, NODE.DATUM or {node: …, datum: …, if: …}, is %s".formatted(node.kind()));
            return Optional.empty();
        }
        return Optional.of(
                dot < 0 || nodes.contains(text)
                        ? Edge.control(text, node.position())
                        : Edge.data(text.substring(0, dot), text.substring(dot + 1), node.position()));
    }

    private Optional<Dag.Stream> stream(Node node) {
        Optional<Edge> edge = edge(node, Set.of());
        if (edge.isPresent()
                && (edge.get().datum().isEmpty() || edge.get().condition().isPresent())) {
            problems.error(
                    "dag/bad-foreach", node.position(), "foreach: must be NODE.STREAM, is %s".formatted(node.kind()));
            return Optional.empty();
        }
        return edge.map(stream -> new Dag.Stream(stream.from(), stream.datum().orElseThrow(), node.position()));
    }
}
