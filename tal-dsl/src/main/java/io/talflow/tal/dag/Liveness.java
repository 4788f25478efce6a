package io.talflow.tal.dag;

import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which nodes may be skipped, and so which edges may be dead. */
final class Liveness {
    private final Dag dag;
    private final Set<String> caughtBy;
    private final Map<String, Boolean> skippable = new HashMap<>();

    Liveness(Dag dag) {
        this.dag = dag;
        this.caughtBy = dag.caughtBy();
        inOrder(dag).forEach(node -> skippable.put(node.name(), find(node)));
    }

    /**
     * Whether the node can settle in some task without having completed. A foreach node is skipped when its producer is:
     * no slice is no skip, and neither is a slice that is skipped or caught.
     */
    boolean canBeSkipped(String node) {
        return skippable.get(node);
    }

    boolean mayDie(Edge edge) {
        return edge.condition().isPresent() || canBeSkipped(edge.from());
    }

    boolean isForeach(String node) {
        return dag.nodes().get(node).foreach().isPresent();
    }

    /** CEL: the node has completed, as opposed to been skipped or caught. */
    static String completed(String node) {
        return quoted(node) + " in results";
    }

    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private boolean find(Node node) {
        if (node.foreach().isPresent()) {
            return canBeSkipped(node.foreach().get().producer());
        }
        return node.condition().isPresent()
                || !node.catches().isEmpty()
                || caughtBy.contains(node.name())
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
