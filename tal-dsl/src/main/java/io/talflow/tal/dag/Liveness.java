package io.talflow.tal.dag;

import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which nodes may be skipped, and the CEL that says whether an edge is live once its source has settled. */
final class Liveness {
    private final Dag dag;
    private final Map<String, Boolean> skippable = new HashMap<>();

    Liveness(Dag dag) {
        this.dag = dag;
        inOrder(dag).forEach(node -> skippable.put(node.name(), find(node)));
    }

    /** Whether the node can be skipped in some task. A foreach node is when its producer is: no slice is no skip. */
    boolean canBeSkipped(String node) {
        return skippable.get(node);
    }

    boolean mayDie(Edge edge) {
        return edge.condition().isPresent() || canBeSkipped(edge.from());
    }

    /** CEL; empty where the edge is always live. */
    String live(Edge edge) {
        List<String> terms = new ArrayList<>();
        if (canBeSkipped(edge.from())) {
            terms.add(ran(edge.from()));
        }
        edge.condition().ifPresent(condition -> terms.add("(" + condition.cel() + ")"));
        return String.join(" && ", terms);
    }

    /** CEL: the node has run, as opposed to been skipped. Of a foreach node: its stream was there. */
    String ran(String node) {
        String teller =
                dag.nodes().get(node).foreach().map(Dag.Stream::producer).orElse(node);
        return quoted(teller) + " in results";
    }

    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private boolean find(Node node) {
        if (node.foreach().isPresent()) {
            return canBeSkipped(node.foreach().get().producer());
        }
        return node.condition().isPresent()
                || (!node.needs().isEmpty() && node.needs().stream().allMatch(this::mayDie));
    }

    /** Parents first. */
    private static List<Node> inOrder(Dag dag) {
        Map<String, Integer> waiting = new HashMap<>();
        Map<String, List<Node>> children = new HashMap<>();
        List<Node> order = new ArrayList<>();
        for (Node node : dag.nodes().values()) {
            waiting.put(node.name(), node.parents().size());
            node.parents()
                    .forEach(parent -> children.computeIfAbsent(parent, ignored -> new ArrayList<>())
                            .add(node));
            if (node.parents().isEmpty()) {
                order.add(node);
            }
        }
        for (int at = 0; at < order.size(); at++) {
            for (Node child : children.getOrDefault(order.get(at).name(), List.of())) {
                if (waiting.merge(child.name(), -1, Integer::sum) == 0) {
                    order.add(child);
                }
            }
        }
        return order;
    }
}
