package io.talflow.tal.print;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What leads to what, by the ids of the document it came from.
 *
 * @param edges pairs {@code [from, to]}
 */
public record Graph(List<String> nodes, List<List<String>> edges) {
    public Graph {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /** The graph the rules of a workflow draw: an edge where a rule that waits for a node invokes another. */
    public static Graph of(Workflow workflow) {
        Set<String> nodes = new LinkedHashSet<>();
        Set<List<String>> edges = new LinkedHashSet<>();
        for (Rule rule : workflow.rules()) {
            for (Action action : rule.reactions().all()) {
                if (action instanceof Action.Invoke invoke) {
                    nodes.add(invoke.as());
                    sources(rule.when()).forEach(source -> edges.add(List.of(source, invoke.as())));
                }
            }
        }
        edges.removeIf(edge -> !nodes.contains(edge.get(0)));
        return new Graph(List.copyOf(nodes), new ArrayList<>(edges));
    }

    public String mermaid() {
        StringBuilder text = new StringBuilder("graph LR\n");
        List<String> order = new ArrayList<>(nodes);
        for (int at = 0; at < order.size(); at++) {
            text.append("  n%d[\"%s\"]%n".formatted(at, order.get(at).replace("\"", "#quot;")));
        }
        for (List<String> edge : edges) {
            text.append("  n%d --> n%d%n".formatted(order.indexOf(edge.get(0)), order.indexOf(edge.get(1))));
        }
        return text.toString();
    }

    private static Set<String> sources(EventExpression expression) {
        Set<String> sources = new LinkedHashSet<>();
        if (expression instanceof EventExpression.Leaf leaf && !leaf.name().isEmpty()) {
            sources.add(leaf.name());
        }
        expression.children().forEach(child -> sources.addAll(sources(child)));
        return sources;
    }
}
