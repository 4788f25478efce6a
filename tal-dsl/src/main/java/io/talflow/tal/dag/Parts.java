package io.talflow.tal.dag;

import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Node;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.All;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.AtLeast;
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

/**
 * What an edge waits for, and what it brings. The edges of a rule are named e1, e2, …, in order: the name of one that was
 * dead is null.
 */
final class Parts {
    private static final Optional<String> NO_ALIAS = Optional.empty();
    private static final Optional<Template.Expression> ALWAYS = Optional.empty();
    private final Dag dag;
    private final Liveness liveness;

    Parts(Dag dag, Liveness liveness) {
        this.dag = dag;
        this.liveness = liveness;
    }

    /**
     * Every edge has settled, live or dead; which of them were live is judged when all have.
     *
     * @param named whether {@link #values} will be asked for what they bring
     */
    EventExpression allOf(List<Edge> edges, boolean named, Position at) {
        List<EventExpression> parts = new ArrayList<>();
        for (Edge edge : edges) {
            boolean asked = (named && edges.size() > 1) || toldByName(edge);
            parts.add(settled(edge, asked ? Optional.of(alias(parts.size())) : NO_ALIAS));
        }
        return parts.size() == 1 ? parts.get(0) : all(parts, at);
    }

    /** The first edge that is live. */
    EventExpression anyOf(List<Edge> edges, Position at) {
        List<EventExpression> parts = new ArrayList<>();
        edges.forEach(edge -> parts.add(live(edge, NO_ALIAS)));
        return parts.size() == 1 ? parts.get(0) : new Any(parts, NO_ALIAS, at);
    }

    /** So many edges are live; all are named. */
    EventExpression atLeast(int least, List<Edge> edges, Position at) {
        List<EventExpression> parts = new ArrayList<>();
        edges.forEach(edge -> parts.add(live(edge, Optional.of(alias(parts.size())))));
        return new AtLeast(least, parts, Optional.empty(), NO_ALIAS, at);
    }

    /** Every edge has settled; which of them were live is judged as each arrives, as {@link #anyOf} does. All are named. */
    EventExpression allJudged(List<Edge> edges, Position at) {
        List<EventExpression> parts = new ArrayList<>();
        edges.forEach(edge -> parts.add(judged(edge, Optional.of(alias(parts.size())))));
        return parts.size() == 1 ? parts.get(0) : all(parts, at);
    }

    /** CEL: the edge was live, of {@link #allOf}; empty where it always is. */
    String wasLive(Edge edge, int index) {
        List<String> terms = new ArrayList<>();
        if (toldByName(edge)) {
            terms.add(there(index));
        } else if (liveness.canBeSkipped(edge.from())) {
            terms.add(Liveness.completed(edge.from()));
        }
        edge.condition().ifPresent(condition -> terms.add("(" + condition.cel() + ")"));
        return String.join(" && ", terms);
    }

    /** CEL: the edge has arrived, of {@link #allJudged} and {@link #atLeast}. */
    static String there(int index) {
        return alias(index) + " != null";
    }

    /** What the edges of {@link #allOf} bring, by {@link Edge#key}; a dead edge brings null. */
    Template values(List<Edge> edges) {
        Map<String, Template> fields = new LinkedHashMap<>();
        for (Edge edge : edges) {
            int index = fields.size();
            String cel = alias(index) + ".data";
            boolean gathered = liveness.isForeach(edge.from());
            if (edges.size() == 1 && !(gathered && toldByName(edge))) {
                cel = gathered ? "values" : "event.data";
            } else if (edge.condition().isPresent() || toldByName(edge)) {
                cel = "%s ? %s : null".formatted(wasLive(edge, index), cel);
            }
            fields.put(edge.key(), new Template.Expression(cel, edge.position()));
        }
        return new Template.Struct(fields);
    }

    /** What the edges of {@link #atLeast} bring; one that is not there yet, null. */
    static Template valuesSoFar(List<Edge> edges) {
        Map<String, Template> fields = new LinkedHashMap<>();
        for (Edge edge : edges) {
            int index = fields.size();
            String cel = "%s ? %s.data : null".formatted(there(index), alias(index));
            fields.put(edge.key(), new Template.Expression(cel, edge.position()));
        }
        return new Template.Struct(fields);
    }

    static String alias(int index) {
        return "e" + (index + 1);
    }

    /** Whether only its name tells that the edge was live: data may come long before their function has completed. */
    private boolean toldByName(Edge edge) {
        return liveness.canBeSkipped(edge.from()) && (edge.datum().isPresent() || liveness.isForeach(edge.from()));
    }

    private EventExpression settled(Edge edge, Optional<String> alias) {
        boolean skippable = liveness.canBeSkipped(edge.from());
        if (liveness.isForeach(edge.from())) {
            Gather gather = gather(dag.nodes().get(edge.from()), alias, edge.position());
            return skippable ? any(edge, gather, skipped(gather.producer(), edge.position())) : gather;
        }
        if (edge.datum().isEmpty()) {
            return leaf(skippable ? LeafType.SETTLED : LeafType.COMPLETED, edge, ALWAYS, alias);
        }
        Leaf ready = leaf(LeafType.READY, edge, ALWAYS, alias);
        return skippable ? any(edge, ready, skipped(edge.from(), edge.position())) : ready;
    }

    private EventExpression judged(Edge edge, Optional<String> alias) {
        if (!liveness.mayDie(edge)) {
            return live(edge, alias);
        }
        if (edge.datum().isEmpty()) {
            return any(edge, live(edge, alias), settled(edge.from(), edge.position()));
        }
        List<EventExpression> ways = new ArrayList<>(List.of(live(edge, alias)));
        edge.condition()
                .ifPresent(condition -> ways.add(leaf(LeafType.READY, edge, Optional.of(not(condition)), NO_ALIAS)));
        if (liveness.canBeSkipped(edge.from())) {
            ways.add(skipped(edge.from(), edge.position()));
        }
        return any(edge, ways.toArray(EventExpression[]::new));
    }

    private static Leaf live(Edge edge, Optional<String> alias) {
        LeafType type = edge.datum().isPresent() ? LeafType.READY : LeafType.COMPLETED;
        return leaf(type, edge, edge.condition(), alias);
    }

    /** Every slice of a foreach node has settled. */
    Gather gather(Node foreach, Optional<String> alias, Position at) {
        Dag.Stream stream = foreach.foreach().orElseThrow();
        boolean always = foreach.condition().isEmpty() && foreach.catches().isEmpty();
        LeafType member = always ? LeafType.COMPLETED : LeafType.SETTLED;
        return new Gather(
                Leaf.of(member, foreach.name(), "", at),
                stream.producer(),
                stream.datum(),
                Optional.empty(),
                alias,
                at);
    }

    /** The node has settled without having completed. */
    static Leaf skipped(String node, Position at) {
        Template.Expression notRun = new Template.Expression("!(%s)".formatted(Liveness.completed(node)), at);
        return new Leaf(LeafType.SETTLED, node, "", Optional.empty(), Optional.of(notRun), NO_ALIAS, at);
    }

    static Leaf settled(String node, Position at) {
        return Leaf.of(LeafType.SETTLED, node, "", at);
    }

    static Template.Expression not(Template.Expression expression) {
        return new Template.Expression("!(%s)".formatted(expression.cel()), expression.position());
    }

    private static Leaf leaf(LeafType type, Edge edge, Optional<Template.Expression> filter, Optional<String> alias) {
        return new Leaf(type, edge.from(), edge.datum().orElse(""), Optional.empty(), filter, alias, edge.position());
    }

    private static EventExpression all(List<EventExpression> parts, Position at) {
        return new All(parts, Optional.empty(), NO_ALIAS, at);
    }

    private static EventExpression any(Edge edge, EventExpression... ways) {
        return new Any(List.of(ways), NO_ALIAS, edge.position());
    }
}
