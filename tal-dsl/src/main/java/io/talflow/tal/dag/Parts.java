package io.talflow.tal.dag;

import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Node;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.All;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an edge waits for, and what it brings. */
final class Parts {
    private static final Optional<String> NO_ALIAS = Optional.empty();
    private final Dag dag;
    private final Liveness liveness;

    Parts(Dag dag, Liveness liveness) {
        this.dag = dag;
        this.liveness = liveness;
    }

    /**
     * Every edge has settled, live or dead.
     *
     * @param named whether {@link #values} will be asked for what they bring
     */
    EventExpression allOf(List<Edge> edges, boolean named, Position at) {
        List<EventExpression> parts = new ArrayList<>();
        for (Edge edge : edges) {
            parts.add(settled(edge, named && edges.size() > 1 ? Optional.of(alias(parts.size())) : NO_ALIAS));
        }
        return parts.size() == 1 ? parts.get(0) : new All(parts, NO_ALIAS, at);
    }

    /** The first edge that is live. */
    EventExpression anyOf(List<Edge> edges, Position at) {
        List<EventExpression> parts = new ArrayList<>();
        edges.forEach(edge -> parts.add(leaf(
                edge.datum().isPresent() ? LeafType.READY : LeafType.COMPLETED, edge, edge.condition(), NO_ALIAS)));
        return parts.size() == 1 ? parts.get(0) : new Any(parts, NO_ALIAS, at);
    }

    /** What the edges of {@link #allOf} bring, by {@link Edge#key}; a dead edge brings null. */
    Template values(List<Edge> edges) {
        Map<String, Template> fields = new LinkedHashMap<>();
        for (Edge edge : edges) {
            String cel = alias(fields.size()) + ".data";
            if (edges.size() == 1) {
                cel = isForeach(edge) ? "values" : "event.data";
            } else if (edge.condition().isPresent() || (isForeach(edge) && liveness.mayDie(edge))) {
                cel = "%s ? %s : null".formatted(liveness.live(edge), cel);
            }
            fields.put(edge.key(), new Template.Expression(cel, edge.position()));
        }
        return new Template.Struct(fields);
    }

    private boolean isForeach(Edge edge) {
        return dag.nodes().get(edge.from()).foreach().isPresent();
    }

    private static String alias(int index) {
        return "e" + (index + 1);
    }

    private EventExpression settled(Edge edge, Optional<String> alias) {
        Node from = dag.nodes().get(edge.from());
        boolean skippable = liveness.canBeSkipped(edge.from());
        if (from.foreach().isPresent()) {
            Dag.Stream stream = from.foreach().get();
            LeafType member = from.condition().isPresent() ? LeafType.SETTLED : LeafType.COMPLETED;
            Gather gather = new Gather(
                    new Leaf(member, edge.from(), "", Optional.empty(), NO_ALIAS, edge.position()),
                    stream.producer(),
                    stream.datum(),
                    alias,
                    edge.position());
            return skippable
                    ? new Any(List.of(gather, skipped(stream.producer(), edge.position())), NO_ALIAS, edge.position())
                    : gather;
        }
        if (edge.datum().isEmpty()) {
            return leaf(skippable ? LeafType.SETTLED : LeafType.COMPLETED, edge, Optional.empty(), alias);
        }
        if (!skippable) {
            return leaf(LeafType.READY, edge, Optional.empty(), alias);
        }
        return new Any(
                List.of(leaf(LeafType.READY, edge, Optional.empty(), NO_ALIAS), skipped(edge.from(), edge.position())),
                alias,
                edge.position());
    }

    /** The node has settled without having run. */
    Leaf skipped(String node, Position at) {
        Template.Expression notRun = new Template.Expression("!(%s)".formatted(liveness.ran(node)), at);
        return new Leaf(LeafType.SETTLED, node, "", Optional.of(notRun), NO_ALIAS, at);
    }

    private static Leaf leaf(LeafType type, Edge edge, Optional<Template.Expression> filter, Optional<String> alias) {
        return new Leaf(type, edge.from(), edge.datum().orElse(""), filter, alias, edge.position());
    }
}
