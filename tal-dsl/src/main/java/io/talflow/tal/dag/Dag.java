package io.talflow.tal.dag;

import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
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
 * @param name DNS label
 * @param nodes by name, in source order
 * @param output what the task completes with
 */
public record Dag(
        String name,
        Map<String, Object> inputSchema,
        Map<String, Function> functions,
        Map<String, Node> nodes,
        Output output,
        Position position) {
    public Dag {
        functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    }

    /**
     * A step.
     *
     * @param needs what has to be settled before it runs; empty: the start of the task
     * @param foreach the stream for each slice of which it runs; it has no needs then
     * @param condition false skips the node, of a foreach node the slice
     * @param with the input; empty: what its edges bring
     */
    public record Node(
            String name,
            String function,
            List<Edge> needs,
            Join join,
            Optional<Stream> foreach,
            Optional<Template.Expression> condition,
            Optional<Template> with,
            Position position) {
        public Node {
            needs = List.copyOf(needs);
        }

        /** The nodes it comes after, each once. */
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

    /** How many live edges a node waits for. A dead edge counts as arrived; with no live edge the node is skipped. */
    public enum Join {
        /** Every edge is settled and at least one is live. */
        ALL,
        /** The first live edge. */
        ANY
    }

    /** What the task completes with. */
    public sealed interface Output {
        /** The results of the nodes nothing comes after, by name; their number alone where they are many. */
        record OfSinks() implements Output {}

        /** The number of nodes: for imported workflows, whose results are descriptors. */
        record Count() implements Output {}

        record Of(Template template) implements Output {}
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
        return new Graph(List.copyOf(nodes.keySet()), edges);
    }
}
