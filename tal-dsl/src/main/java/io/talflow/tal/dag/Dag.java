package io.talflow.tal.dag;

import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Retry;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.print.Graph;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A workflow as a graph of nodes, each of which runs at most once (a foreach node once for each slice). Sugar: {@link
 * DagConverter} says what rules it stands for.
 *
 * @param declared all of the workflow but its rules
 * @param nodes by name, in source order
 * @param output what the task completes with
 */
public record Dag(Workflow declared, Map<String, Node> nodes, Output output, Position position) {
    public Dag {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    }

    /** A graph that nothing from outside starts or feeds. */
    public Dag(
            String name,
            Map<String, Object> inputSchema,
            Map<String, Function> functions,
            Map<String, Node> nodes,
            Output output,
            Position position) {
        this(
                new Workflow(
                        name,
                        inputSchema,
                        functions,
                        Map.of(),
                        List.of(),
                        Optional.empty(),
                        Workflow.DEFAULT_DEADLINE,
                        Workflow.Limits.DEFAULT),
                nodes,
                output,
                position);
    }

    /**
     * A step.
     *
     * @param needs what has to be settled before it runs; empty: the start of the task
     * @param foreach the stream for each slice of which it runs; it has no needs then
     * @param maxConcurrency of a foreach node: how many of its slices may be with a node at a time; 0: any number
     * @param condition false skips the node, of a foreach node the slice
     * @param with the input; empty: what its edges bring
     * @param catches where its failures lead; the first that names the error is taken
     */
    public record Node(
            String name,
            String function,
            List<Edge> needs,
            Join join,
            Optional<Stream> foreach,
            int maxConcurrency,
            Optional<Template.Expression> condition,
            Optional<Template> with,
            List<Catch> catches,
            Position position) {
        public Node {
            needs = List.copyOf(needs);
            catches = List.copyOf(catches);
        }

        /** A node that catches nothing and has no bound. */
        public Node(
                String name,
                String function,
                List<Edge> needs,
                Join join,
                Optional<Stream> foreach,
                Optional<Template.Expression> condition,
                Optional<Template> with,
                Position position) {
            this(name, function, needs, join, foreach, 0, condition, with, List.of(), position);
        }

        /** The nodes its edges come from, each once. */
        public Set<String> parents() {
            Set<String> parents = new LinkedHashSet<>();
            needs.forEach(edge -> parents.add(edge.from()));
            foreach.ifPresent(stream -> parents.add(stream.producer()));
            return parents;
        }
    }

    /**
     * A need.
     *
     * @param datum of a data edge; empty: a control edge, the node has run
     * @param condition false makes the edge dead, as if the node it comes from had been skipped
     */
    public record Edge(
            String from, Optional<String> datum, Optional<Template.Expression> condition, Position position) {
        public static Edge control(String from, Position position) {
            return new Edge(from, Optional.empty(), Optional.empty(), position);
        }

        public static Edge data(String from, String datum, Position position) {
            return new Edge(from, Optional.of(datum), Optional.empty(), position);
        }

        /** What the default input calls what it brings. */
        String key() {
            return datum.orElse(from);
        }
    }

    public record Stream(String producer, String datum, Position position) {}

    /**
     * Where a failure leads.
     *
     * @param errorEquals as in {@link Retry}
     * @param next the node that runs then
     */
    public record Catch(List<String> errorEquals, String next, Position position) {
        public Catch {
            errorEquals = List.copyOf(errorEquals);
        }
    }

    /**
     * How many live edges a node waits for. It waits no longer than until every edge has settled, so a dead edge never
     * holds it up; then it runs if an edge is live, and is skipped if none is.
     *
     * @param least of AT_LEAST: how many
     */
    public record Join(Kind kind, int least) {
        public static final Join ALL = new Join(Kind.ALL, 0);
        public static final Join ANY = new Join(Kind.ANY, 1);

        /** What a document calls it. */
        public enum Kind {
            /** As many as there are. */
            ALL,
            /** One; its event is at hand. */
            ANY,
            /** That many. */
            AT_LEAST
        }

        public static Join atLeast(int least) {
            return new Join(Kind.AT_LEAST, least);
        }
    }

    /** What the task completes with. */
    public sealed interface Output {
        /** The results of the nodes nothing comes after, by name; their number alone where they are many. */
        record OfSinks() implements Output {}

        /** The number of nodes: for imported workflows, whose results are descriptors. */
        record Count() implements Output {}

        record Of(Template template) implements Output {}
    }

    /** The nodes that failures of others lead to: they run for nothing else. */
    public Set<String> caughtBy() {
        Set<String> targets = new LinkedHashSet<>();
        nodes.values().forEach(node -> node.catches().forEach(entry -> targets.add(entry.next())));
        return targets;
    }

    /** The nodes no other needs. */
    public List<Node> sinks() {
        Set<String> needed = new LinkedHashSet<>();
        nodes.values().forEach(node -> needed.addAll(node.parents()));
        return nodes.values().stream()
                .filter(node -> !needed.contains(node.name()))
                .toList();
    }

    /** The nodes and, once for each pair, the edges between them. */
    public Graph graph() {
        List<List<String>> edges = new ArrayList<>();
        nodes.values().forEach(node -> node.parents().forEach(parent -> edges.add(List.of(parent, node.name()))));
        nodes.values().forEach(node -> node.catches().forEach(entry -> edges.add(List.of(node.name(), entry.next()))));
        return new Graph(List.copyOf(nodes.keySet()), edges.stream().distinct().toList());
    }
}
