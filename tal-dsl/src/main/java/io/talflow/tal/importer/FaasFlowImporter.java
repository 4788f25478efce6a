package io.talflow.tal.importer;

import io.talflow.tal.dag.Dag;
import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Function.Datum;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import io.talflow.tal.parse.Fields;
import io.talflow.tal.parse.Names;
import io.talflow.tal.parse.Node;
import io.talflow.tal.parse.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads FaaSFlow's flat format. Edges come from {@code next} alone; a switch makes conditional edges, its {@code default}
 * the one that is live when none before it is, so a node below two switches runs or is skipped but never waits for ever.
 */
final class FaasFlowImporter {
    private static final Template NOTHING = new Template.Struct(Map.of());
    private final Problems problems;
    private final Recorded recorded;
    private final Map<String, Source> sources = new LinkedHashMap<>();

    /** A function with what leads to it. */
    private static final class Source {
        private final Fields fields;
        private final Map<String, Datum> emits = new LinkedHashMap<>();
        private final List<Edge> needs = new ArrayList<>();
        private Optional<Dag.Stream> foreach = Optional.empty();

        Source(Fields fields) {
            this.fields = fields;
        }

        Position position() {
            return fields.position();
        }
    }

    FaasFlowImporter(ImportOptions options, Problems problems) {
        this.problems = problems;
        this.recorded = new Recorded(options, problems);
    }

    static boolean recognises(Node.Mapping root) {
        return root.get("global_input") != null
                || root.get("global_output") != null
                || root.get("functions") instanceof Node.Sequence;
    }

    /** @param name what the workflow is called; the file does not say */
    Dag read(String name, Node.Mapping root) {
        Fields document = new Fields(root, "the document", problems);
        document.allow("global_input", "functions", "global_output");
        if (!document.has("functions")) {
            problems.error("tal/missing", document.position(), "the document: 'functions' is missing");
        }
        for (Node item : document.items("functions")) {
            Fields.of(item, "a function", problems).ifPresent(this::declare);
        }
        follow(true);
        follow(false);
        Map<String, Function> functions = new LinkedHashMap<>();
        Map<String, Dag.Node> nodes = new LinkedHashMap<>();
        sources.forEach((id, source) -> {
            functions.put(id, function(id, source));
            nodes.put(id, node(id, source));
        });
        return new Dag(name, Map.of(), functions, nodes, new Dag.Output.OfSinks(), document.position());
    }

    private void declare(Fields fields) {
        fields.allow("name", "source", "runtime", "scale", "mem_usage", "split_ratio", "input", "output", "next");
        String name = fields.text("name");
        Source source = new Source(fields);
        if (sources.putIfAbsent(name, source) != null) {
            problems.error("faasflow/duplicate-name", fields.position(), "function '%s' stands twice".formatted(name));
        }
        fields.fields("output")
                .ifPresent(output -> output.mapping().fields().forEach((datum, node) -> {
                    Fields.of(node, "output " + datum, problems).ifPresent(declared -> {
                        boolean keys = declared.optionalText("type").orElse("").equals("keys");
                        source.emits.put(
                                datum,
                                new Datum(
                                        datum,
                                        keys ? Datum.Kind.STREAM : Datum.Kind.VALUE,
                                        recorded.bytes(declared, "size")));
                    });
                }));
    }

    /** Foreach edges first: what is known of the other edges depends on which nodes are foreach nodes. */
    private void follow(boolean foreach) {
        sources.forEach((from, source) -> {
            if (source.fields.has("next") && source.fields.node("next").value() != null) {
                source.fields.fields("next").ifPresent(next -> {
                    if (foreach == "foreach".equals(next.text("type"))) {
                        follow(from, source, next);
                    }
                });
            }
        });
    }

    private void follow(String from, Source source, Fields next) {
        next.allow("type", "nodes", "conditions");
        List<Node> targets = next.items("nodes");
        String type = next.text("type");
        switch (type) {
            case "pass", "parallel" ->
                targets.forEach(
                        target -> target(target).ifPresent(to -> edges(from, source, to, Optional.empty(), target)));
            case "foreach" ->
                targets.forEach(target -> target(target).ifPresent(to -> foreach(from, source, to, target)));
            case "switch" -> branches(from, source, next, targets);
            default ->
                problems.error(
                        "faasflow/unknown-next",
                        next.node("type").position(),
                        "next: type must be pass, parallel, switch or foreach, is '%s'".formatted(type));
        }
    }

    private Optional<Source> target(Node node) {
        String name = String.valueOf(node.value());
        if (!sources.containsKey(name)) {
            problems.error(
                    "faasflow/unknown-function",
                    node.position(),
                    "next: no function '%s'%s".formatted(name, Names.suggestion(name, sources.keySet())));
        }
        return Optional.ofNullable(sources.get(name));
    }

    private void branches(String from, Source source, Fields next, List<Node> targets) {
        List<Node> conditions = next.items("conditions");
        if (conditions.size() != targets.size()) {
            problems.error(
                    "faasflow/bad-switch",
                    next.position(),
                    "switch: has %d nodes and %d conditions; each node has one"
                            .formatted(targets.size(), conditions.size()));
            return;
        }
        List<String> before = new ArrayList<>();
        for (int branch = 0; branch < targets.size(); branch++) {
            Node written = conditions.get(branch);
            List<String> terms = new ArrayList<>();
            before.forEach(other -> terms.add("!(" + other + ")"));
            String python = String.valueOf(written.value());
            if (!python.equals("default")) {
                Optional<String> cel = PythonCondition.toCel(python);
                if (cel.isEmpty()) {
                    problems.error(
                            "faasflow/bad-condition",
                            written.position(),
                            "condition '%s' is not read; it may compare INPUT.x, FUNCTION.x and constants, with and, or, not"
                                    .formatted(python));
                    continue;
                }
                terms.add(cel.get());
                before.add(cel.get());
            }
            String live = terms.isEmpty() ? "true" : String.join(" && ", terms);
            Node target = targets.get(branch);
            target(target)
                    .ifPresent(to -> edges(
                            from, source, to, Optional.of(new Template.Expression(live, written.position())), target));
        }
    }

    private void foreach(String from, Source source, Source to, Node at) {
        Optional<String> keys = source.emits.values().stream()
                .filter(datum -> datum.kind() == Datum.Kind.STREAM)
                .map(Datum::name)
                .findFirst();
        if (keys.isEmpty()) {
            problems.error("faasflow/no-keys", at.position(), "foreach: %s has no output of type keys".formatted(from));
            return;
        }
        long slices = Math.round(recorded.amount(to.fields, "split_ratio").orElse(1));
        Datum stream = source.emits.get(keys.get());
        source.emits.put(
                keys.get(),
                new Datum(stream.name(), stream.kind(), stream.bytes(), (int) Math.min(slices, 1_000_000), false));
        to.foreach = Optional.of(new Dag.Stream(from, keys.get(), at.position()));
    }

    /** One data edge for each datum that comes straight from there, or a control edge. */
    private void edges(String from, Source source, Source to, Optional<Template.Expression> condition, Node at) {
        List<String> data = new ArrayList<>();
        if (source.foreach.isEmpty()) {
            to.fields
                    .fields("input")
                    .ifPresent(input -> input.mapping().fields().values().forEach(parameter -> {
                        datum(from, source, parameter)
                                .filter(datum -> !data.contains(datum))
                                .ifPresent(data::add);
                    }));
        }
        data.forEach(datum -> to.needs.add(new Edge(from, Optional.of(datum), condition, at.position())));
        if (data.isEmpty()) {
            to.needs.add(new Edge(from, Optional.empty(), condition, at.position()));
        }
    }

    /** Generated files claim that everything comes from INPUT; what a function before it puts out comes from there. */
    private Optional<String> datum(String from, Source source, Node parameter) {
        if (!(parameter instanceof Node.Mapping mapping) || !(mapping.get("value") instanceof Node.Mapping value)) {
            return Optional.empty();
        }
        Node function = value.get("function");
        Node name = value.get("parameter");
        if (function == null || name == null || !(name.value() instanceof String datum)) {
            return Optional.empty();
        }
        boolean fromHere = from.equals(function.value()) || "INPUT".equals(function.value());
        return fromHere && source.emits.containsKey(datum) ? Optional.of(datum) : Optional.empty();
    }

    private Function function(String name, Source source) {
        String code = source.fields.optionalText("source").orElse(name);
        if (code.equals("VIRTUAL") || code.equals("END")) {
            return Recorded.noOp(name, source.position());
        }
        double seconds = recorded.amount(source.fields, "runtime").orElse(0);
        return recorded.replay(name, seconds, source.emits.values(), source.position());
    }

    private static Dag.Node node(String name, Source source) {
        return new Dag.Node(
                name,
                name,
                source.needs,
                Dag.Join.ALL,
                source.foreach,
                Optional.empty(),
                Optional.of(NOTHING),
                source.position());
    }
}
