package io.talflow.tal.dag;

import io.talflow.tal.dag.Dag.Edge;
import io.talflow.tal.dag.Dag.Join;
import io.talflow.tal.dag.Dag.Node;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says in rules what a DAG means. One rule for each node, named by it, and one that ends the task.
 *
 * <p>A node that may be skipped is followed by leaves that a skip fills too, and by conditions that ask whether some edge
 * is live; a node that never is, by plain {@code completed} and {@code ready} leaves. So a DAG without conditions costs
 * what its edges cost: no expression, and no result kept.
 */
public final class DagConverter {
    /** More sinks than this complete the task with their number. */
    static final int MOST_SINKS_IN_OUTPUT = 8;

    private final Dag dag;
    private final Liveness liveness;
    private final Parts parts;
    private final Set<String> ids = new HashSet<>();
    private final List<Rule> rules = new ArrayList<>();

    private DagConverter(Dag dag) {
        this.dag = dag;
        this.liveness = new Liveness(dag);
        this.parts = new Parts(dag, liveness);
    }

    /** The workflow; nothing after reporting why the graph is none. */
    public static Optional<Workflow> convert(Dag dag, Problems problems) {
        new DagChecks(dag, problems).run();
        return problems.hasErrors() ? Optional.empty() : Optional.of(new DagConverter(dag).workflow());
    }

    private Workflow workflow() {
        dag.nodes().values().forEach(this::node);
        end();
        return new Workflow(
                dag.name(),
                dag.inputSchema(),
                dag.functions(),
                Map.of(),
                rules,
                Optional.empty(),
                Workflow.DEFAULT_DEADLINE);
    }

    private void node(Node node) {
        if (node.foreach().isPresent()) {
            foreach(node, node.foreach().get());
        } else if (node.needs().isEmpty()) {
            Leaf started = Leaf.of(LeafType.STARTED, "", "", node.position());
            rule(node, started, node.condition(), Rule.Fires.ONCE, new Template.Expression("input", node.position()));
        } else if (node.join() == Join.ANY) {
            joinAny(node);
        } else {
            joinAll(node);
        }
    }

    private void joinAll(Node node) {
        boolean named = node.with().isEmpty();
        rule(
                node,
                parts.allOf(node.needs(), named, node.position()),
                conjunction(someLive(node.needs(), node.position()), node.condition(), node.position()),
                Rule.Fires.ONCE,
                named ? parts.values(node.needs()) : Template.Literal.NULL);
    }

    private void joinAny(Node node) {
        rule(
                node,
                parts.anyOf(node.needs(), node.position()),
                node.condition(),
                Rule.Fires.ONCE,
                new Template.Expression("event.data", node.position()));
        someLive(node.needs(), node.position())
                .ifPresent(live -> rules.add(Rule.of(
                        id(node.name() + ".skipped"),
                        parts.allOf(node.needs(), false, node.position()),
                        Optional.of(not(live)),
                        Rule.Fires.ONCE,
                        Rule.Reactions.of(List.of(new Action.Skip(node.name(), node.position()))),
                        node.position())));
    }

    private void foreach(Node node, Dag.Stream stream) {
        Leaf item = Leaf.of(LeafType.ITEM, stream.producer(), stream.datum(), stream.position());
        rule(node, item, node.condition(), Rule.Fires.EACH, new Template.Expression("event.data", node.position()));
        if (liveness.canBeSkipped(node.name())) {
            rules.add(Rule.of(
                    id(node.name() + ".skipped"),
                    parts.skipped(stream.producer(), node.position()),
                    Optional.empty(),
                    Rule.Fires.ONCE,
                    Rule.Reactions.of(List.of(new Action.Skip(node.name(), node.position()))),
                    node.position()));
        }
    }

    /** @param brought the input where the node does not say its own */
    private void rule(
            Node node,
            EventExpression when,
            Optional<Template.Expression> condition,
            Rule.Fires fires,
            Template brought) {
        List<Action> otherwise =
                condition.isPresent() ? List.of(new Action.Skip(node.name(), node.position())) : List.of();
        Action invoke =
                new Action.Invoke(node.function(), node.name(), node.with().orElse(brought), node.position());
        rules.add(Rule.of(
                id(node.name()),
                when,
                condition,
                fires,
                Rule.Reactions.of(List.of(invoke), otherwise),
                node.position()));
    }

    private void end() {
        List<Edge> sinks = dag.sinks().stream()
                .map(node -> Edge.control(node.name(), node.position()))
                .toList();
        boolean told = dag.output() instanceof Dag.Output.OfSinks && sinks.size() <= MOST_SINKS_IN_OUTPUT;
        Template output = new Template.Struct(
                Map.of("nodes", new Template.Literal((long) dag.nodes().size())));
        if (dag.output() instanceof Dag.Output.Of of) {
            output = of.template();
        } else if (told) {
            output = parts.values(sinks);
        }
        rules.add(Rule.of(
                id("end"),
                parts.allOf(sinks, told, dag.position()),
                Optional.empty(),
                Rule.Fires.ONCE,
                Rule.Reactions.of(List.of(new Action.Complete(output, dag.position()))),
                dag.position()));
    }

    /** Whether one of the edges is live; empty where one always is. */
    private Optional<Template.Expression> someLive(List<Edge> edges, Position at) {
        return edges.stream().allMatch(liveness::mayDie)
                ? Optional.of(new Template.Expression(
                        edges.stream().map(liveness::live).distinct().collect(Collectors.joining(" || ")), at))
                : Optional.empty();
    }

    private static Optional<Template.Expression> conjunction(
            Optional<Template.Expression> live, Optional<Template.Expression> own, Position at) {
        if (live.isEmpty() || own.isEmpty()) {
            return live.or(() -> own);
        }
        return Optional.of(new Template.Expression(
                "(%s) && (%s)".formatted(live.get().cel(), own.get().cel()), at));
    }

    private static Template.Expression not(Template.Expression expression) {
        return new Template.Expression("!(%s)".formatted(expression.cel()), expression.position());
    }

    /** The node's name where a rule may have it as its id. */
    private String id(String wanted) {
        String id = wanted.matches("[^\\s/@]{1,120}") ? wanted : "node-" + (rules.size() + 1);
        String unique = id;
        for (int again = 2; !ids.add(unique); again++) {
            unique = id + "-" + again;
        }
        return unique;
    }
}
