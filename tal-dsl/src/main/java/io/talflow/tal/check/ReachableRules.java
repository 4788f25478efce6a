package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A rule that waits for what only happens after it has fired never fires, and so its actions are never reached: a least
 * fixed point from the start and the outside events.
 */
final class ReachableRules implements Checks.Check {
    @Override
    public void check(Workflow workflow, Problems problems) {
        Set<String> named = new HashSet<>();
        workflow.rules().forEach(rule -> named.addAll(settles(rule)));
        Set<String> reached = new HashSet<>();
        List<Rule> waiting = new ArrayList<>(workflow.rules());
        while (waiting.removeIf(rule -> fires(rule, reached))) {
            // Each round reaches at least one rule more.
        }
        for (Rule rule : waiting) {
            Set<String> missing = new HashSet<>(nodes(rule.when()));
            missing.removeAll(reached);
            if (named.containsAll(missing)) {
                problems.error(
                        "tal/unreachable",
                        rule.when().position(),
                        "rule %s never fires: %s can only run after it"
                                .formatted(
                                        rule.id(),
                                        String.join(
                                                ", ", missing.stream().sorted().toList())));
            }
        }
    }

    private static boolean fires(Rule rule, Set<String> reached) {
        boolean possible = possible(rule.when(), reached);
        if (possible) {
            reached.addAll(settles(rule));
        }
        return possible;
    }

    private static Set<String> settles(Rule rule) {
        Set<String> nodes = new HashSet<>();
        for (Action action : Actions.of(rule)) {
            if (action instanceof Action.Invoke invoke) {
                nodes.add(invoke.as());
            } else if (action instanceof Action.Skip skip) {
                nodes.add(skip.node());
            }
        }
        return nodes;
    }

    private static boolean possible(EventExpression expression, Set<String> reached) {
        if (expression instanceof Leaf leaf) {
            return !ofNode(leaf) || reached.contains(leaf.name());
        }
        if (expression instanceof EventExpression.Any any) {
            return any.children().stream().anyMatch(child -> possible(child, reached));
        }
        if (expression instanceof EventExpression.Gather gather && !reached.contains(gather.producer())) {
            return false;
        }
        return expression.children().stream().allMatch(child -> possible(child, reached));
    }

    private static Set<String> nodes(EventExpression expression) {
        Set<String> nodes = new HashSet<>();
        if (expression instanceof Leaf leaf && ofNode(leaf)) {
            nodes.add(leaf.name());
        }
        if (expression instanceof EventExpression.Gather gather) {
            nodes.add(gather.producer());
        }
        expression.children().forEach(child -> nodes.addAll(nodes(child)));
        return nodes;
    }

    private static boolean ofNode(Leaf leaf) {
        return switch (leaf.type()) {
            case STARTED, EVENT -> false;
            case COMPLETED, FAILED, SETTLED, READY, ITEM -> true;
        };
    }
}
