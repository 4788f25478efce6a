package io.talflow.flink.dispatch;

import io.talflow.flink.node.NodeTable;
import io.talflow.flink.wire.Request;
import io.talflow.tal.place.Placement;
import java.util.List;

/** Which node a request goes to: of those that the task's log names, so that a recovery sends it to the same one; without those
 * of who is up. */
final class Placing {
    private final Placement placement;
    private final NodeTable nodes;
    private String lastNamed = "";
    private List<String> lastNodes = List.of();

    Placing(Placement placement, NodeTable nodes) {
        this.placement = placement;
        this.nodes = nodes;
    }

    /** The id of a node; empty while none is known. */
    String of(Request request) {
        List<String> named = request.nodes().isEmpty() ? nodes.up() : named(request.nodes());
        return named.isEmpty() ? "" : placement.ofFiring(request.firing(), named);
    }

    /** Most tasks name the same. */
    private List<String> named(String text) {
        if (!text.equals(lastNamed)) {
            lastNamed = text;
            lastNodes = Placement.split(text);
        }
        return lastNodes;
    }
}
