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
import java.util.stream.IntStream;

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
    private final Catches catches;
    private final Set<String> ids = new HashSet<>();
    private final List<Rule> rules = new ArrayList<>();

    private DagConverter(Dag dag) {
        this.dag = dag;
        this.liveness = new Liveness(dag);
        this.parts = new Parts(dag, liveness);
        this.catches = new Catches(dag, parts, liveness);
    }

    /** The workflow; nothing after reporting why the graph is none. */
    public static Optional<Workflow> convert(Dag dag, Problems problems) {
        new DagChecks(dag, problems).run();
        return problems.hasErrors() ? Optional.empty() : Optional.of(new DagConverter(dag).workflow());
    }

    private Workflow workflow() {
        dag.nodes().values().forEach(this::node);
        end();
        Workflow declared = dag.declared();
        return new Workflow(
                declared.name(),
                declared.inputSchema(),
                declared.functions(),
                declared.events(),
                rules,
                declared.start(),
                declared.deadline(),
                declared.limits());
    }

    private void node(Node node) {
        if (catches.leadTo(node)) {
            caught(node);
        } else if (node.foreach().isPresent()) {
            foreach(node, node.foreach().get());
        } else if (node.needs().isEmpty()) {
            Leaf started = Leaf.of(LeafType.STARTED, "", "", node.position());
            rule(node, started, node.condition(), new Template.Expression("input", node.position()));
        } else if (node.join().kind() == Join.Kind.ALL || node.needs().size() == 1) {
            joinAll(node);
        } else if (node.join().kind() == Join.Kind.ANY) {
            joinAny(node);
        } else {
            joinAtLeast(node, node.join().least());
        }
        if (!node.catches().isEmpty()) {
            handle(node);
        }
    }

    private void joinAll(Node node) {
        boolean any = node.join().kind() == Join.Kind.ANY;
        boolean named = node.with().isEmpty() && !any;
        rule(
                node,
                parts.allOf(node.needs(), named, node.position()),
                conjunction(someLive(node.needs(), node.position()), node.condition(), node.position()),
                named ? parts.values(node.needs()) : new Template.Expression("event.data", node.position()));
    }

    private void joinAny(Node node) {
        rule(
                node,
                parts.anyOf(node.needs(), node.position()),
                node.condition(),
                new Template.Expression("event.data", node.position()));
        if (node.needs().stream().allMatch(liveness::mayDie)) {
            skip(
                    node,
                    parts.allJudged(node.needs(), node.position()),
                    noneThere(node.needs().size()));
        }
    }

    /** At so many live edges, or with fewer when no more can come; two rules, of which one fires. */
    private void joinAtLeast(Node node, int least) {
        List<Edge> needs = node.needs();
        Template brought = Parts.valuesSoFar(needs);
        rule(node, parts.atLeast(least, needs, node.position()), node.condition(), brought);
        if (needs.stream().filter(edge -> !liveness.mayDie(edge)).count() >= least) {
            return;
        }
        String live = IntStream.range(0, needs.size())
                .mapToObj(index -> "(%s ? 1 : 0)".formatted(Parts.there(index)))
                .collect(Collectors.joining(" + "));
        String few = "%s < %d".formatted(live, least);
        String some =
                node.condition().map(own -> " && (%s)".formatted(own.cel())).orElse("");
        EventExpression all = parts.allJudged(needs, node.position());
        add(
                node.name() + ".rest",
                all,
                Optional.of(new Template.Expression(
                        "!(%s) && %s%s".formatted(noneThere(needs.size()), few, some), node.position())),
                new Action.Invoke(node.function(), node.name(), node.with().orElse(brought), node.position()));
        String none = node.condition()
                .map(own -> "%s || %s && !(%s)".formatted(noneThere(needs.size()), few, own.cel()))
                .orElse(noneThere(needs.size()));
        skip(node, all, none);
    }

    private void foreach(Node node, Dag.Stream stream) {
        Leaf item = Leaf.of(LeafType.ITEM, stream.producer(), stream.datum(), stream.position());
        rule(node, item, node.condition(), new Template.Expression("event.data", node.position()));
        if (liveness.canBeSkipped(node.name())) {
            skip(node, Parts.skipped(stream.producer(), node.position()), "");
        }
    }

    /** A node that runs when another's failure leads to it. */
    private void caught(Node node) {
        Template brought = new Template.Struct(Map.of("error", new Template.Expression("event.data", node.position())));
        List<EventExpression> sources = catches.sourcesOf(node);
        if (sources.size() == 1) {
            Optional<Template.Expression> there = Optional.of(new Template.Expression(Parts.there(0), node.position()));
            rule(node, sources.get(0), conjunction(there, node.condition(), node.position()), brought);
            return;
        }
        rule(node, catches.firstOf(node), node.condition(), brought);
        skip(
                node,
                new EventExpression.All(sources, Optional.empty(), Optional.empty(), node.position()),
                noneThere(sources.size()));
    }

    /** Settles a node whose failure is caught. */
    private void handle(Node node) {
        Rule.Fires fires = node.foreach().isPresent() ? Rule.Fires.EACH : Rule.Fires.ONCE;
        rules.add(Rule.of(
                id(node.name() + ".caught"),
                catches.failureOf(node),
                Optional.empty(),
                fires,
                Rule.Reactions.of(List.of(new Action.Skip(node.name(), node.position()))),
                node.position()));
    }

    /** @param brought the input where the node does not say its own */
    private void rule(Node node, EventExpression when, Optional<Template.Expression> condition, Template brought) {
        List<Action> otherwise =
                condition.isPresent() ? List.of(new Action.Skip(node.name(), node.position())) : List.of();
        Action invoke =
                new Action.Invoke(node.function(), node.name(), node.with().orElse(brought), node.position());
        rules.add(new Rule(
                id(node.name()),
                when,
                condition,
                node.foreach().isPresent() ? Rule.Fires.EACH : Rule.Fires.ONCE,
                Rule.Reactions.of(List.of(invoke), otherwise),
                node.maxConcurrency(),
                true,
                node.position()));
    }

    /** @param condition CEL; empty: always */
    private void skip(Node node, EventExpression when, String condition) {
        Optional<Template.Expression> asked = condition.isEmpty()
                ? Optional.empty()
                : Optional.of(new Template.Expression(condition, node.position()));
        add(node.name() + ".skipped", when, asked, new Action.Skip(node.name(), node.position()));
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
        EventExpression settled = parts.allOf(sinks, told, dag.position());
        add("end", settled, Optional.empty(), new Action.Complete(output, dag.position()));
    }

    private void add(String id, EventExpression when, Optional<Template.Expression> condition, Action action) {
        rules.add(Rule.of(
                id(id), when, condition, Rule.Fires.ONCE, Rule.Reactions.of(List.of(action)), action.position()));
    }

    /** CEL: no edge of {@link Parts#allJudged} was live. */
    private static String noneThere(int edges) {
        return IntStream.range(0, edges)
                .mapToObj(index -> Parts.alias(index) + " == null")
                .collect(Collectors.joining(" && "));
    }

    /** Whether one of the edges of {@link Parts#allOf} was live; empty where one always is. */
    private Optional<Template.Expression> someLive(List<Edge> edges, Position at) {
        if (!edges.stream().allMatch(liveness::mayDie)) {
            return Optional.empty();
        }
        String live = IntStream.range(0, edges.size())
                .mapToObj(index -> parts.wasLive(edges.get(index), index))
                .distinct()
                .collect(Collectors.joining(" || "));
        return Optional.of(new Template.Expression(live, at));
    }

    private static Optional<Template.Expression> conjunction(
            Optional<Template.Expression> live, Optional<Template.Expression> own, Position at) {
        if (live.isEmpty() || own.isEmpty()) {
            return live.or(() -> own);
        }
        return Optional.of(new Template.Expression(
                "(%s) && (%s)".formatted(live.get().cel(), own.get().cel()), at));
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
