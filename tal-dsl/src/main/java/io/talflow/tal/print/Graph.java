package io.talflow.tal.print;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Function;
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
    /** What undoes node N is drawn as {@code compensate:N}, as its events are named. */
    private static final String COMPENSATE = "compensate:";

    public Graph {
        nodes = List.copyOf(nodes);
        edges = List.copyOf(edges);
    }

    /**
     * The graph the rules of a workflow draw: an edge where a rule that waits for a node invokes another or starts a task of
     * another workflow, and one from a node to what undoes it.
     */
    public static Graph of(Workflow workflow) {
        Set<String> nodes = new LinkedHashSet<>();
        Set<List<String>> edges = new LinkedHashSet<>();
        workflow.rules().forEach(rule -> rule(rule, workflow, nodes, edges));
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

    private static void rule(Rule rule, Workflow workflow, Set<String> nodes, Set<List<String>> edges) {
        for (Action action : rule.reactions().all()) {
            if (action instanceof Action.Invoke invoke) {
                runs(invoke.as(), rule, nodes, edges);
                Function function = workflow.functions().get(invoke.function());
                if (function != null && function.compensate().isPresent()) {
                    nodes.add(COMPENSATE + invoke.as());
                    edges.add(List.of(invoke.as(), COMPENSATE + invoke.as()));
                }
            } else if (action instanceof Action.Start start) {
                runs(start.as(), rule, nodes, edges);
            } else if (action instanceof Action.Add add) {
                rule(add.rule(), workflow, nodes, edges);
            }
        }
    }

    private static void runs(String node, Rule rule, Set<String> nodes, Set<List<String>> edges) {
        nodes.add(node);
        sources(rule.when()).forEach(source -> edges.add(List.of(source, node)));
    }

    /** The nodes whose events make it happen; what must not come is none. */
    private static Set<String> sources(EventExpression expression) {
        Set<String> sources = new LinkedHashSet<>();
        if (expression instanceof Leaf leaf && leaf.type() != LeafType.STARTED && leaf.type() != LeafType.EVENT) {
            sources.add(leaf.name());
        } else if (expression instanceof EventExpression.Absent absent) {
            return sources(absent.after());
        }
        expression.children().forEach(child -> sources.addAll(sources(child)));
        return sources;
    }
}
