package io.talflow.tal.check;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.parse.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * A rule that waits for what only happens after it has fired, or before it is there, never fires: a least fixed point from
 * the start and the outside events.
 */
final class ReachableRules implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Set<String> named = new HashSet<>();
        subject.rules().forEach(scoped -> named.addAll(Subject.settles(scoped.rule())));
        Set<String> reached = new HashSet<>();
        Set<Subject.Scoped> firing = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Subject.Scoped> waiting = new ArrayList<>(subject.rules());
        while (waiting.removeIf(scoped -> fires(scoped, reached, firing))) {
            // Each round reaches at least one rule more.
        }
        for (Subject.Scoped scoped : waiting) {
            boolean adderFires = scoped.adder().map(firing::contains).orElse(true);
            if (adderFires && scoped.told()) {
                report(scoped, named, reached, problems);
            }
        }
    }

    private static void report(Subject.Scoped scoped, Set<String> named, Set<String> reached, Problems problems) {
        Set<String> missing = new HashSet<>(nodes(scoped.rule().when()));
        missing.removeAll(reached);
        if (!named.containsAll(missing)) {
            return;
        }
        String why = missing.isEmpty()
                ? "'started' is the first event of a task, which no later part of a seq, no added rule and no rule that"
                        + " begins disabled sees"
                : "%s can only run after it, or never"
                        .formatted(String.join(", ", missing.stream().sorted().toList()));
        problems.error(
                "tal/unreachable",
                scoped.rule().when().position(),
                "rule %s never fires: %s".formatted(scoped.rule().id(), why));
    }

    private static boolean fires(Subject.Scoped scoped, Set<String> reached, Set<Subject.Scoped> firing) {
        boolean there = scoped.adder().map(firing::contains).orElse(true);
        boolean possible = there && possible(scoped.rule().when(), reached, scoped.seesStart());
        if (possible) {
            firing.add(scoped);
            reached.addAll(Subject.settles(scoped.rule()));
        }
        return possible;
    }

    /** @param start whether the start of the task can still happen */
    private static boolean possible(EventExpression expression, Set<String> reached, boolean start) {
        if (expression instanceof Leaf leaf) {
            return switch (leaf.type()) {
                case STARTED -> start;
                case EVENT -> true;
                case COMPLETED, FAILED, SETTLED, READY, ITEM -> reached.contains(leaf.name());
            };
        }
        if (expression instanceof EventExpression.Absent absent) {
            return absent.opensWhenArmed() || possible(absent.after(), reached, start);
        }
        if (expression instanceof EventExpression.Gather gather && !reached.contains(gather.producer())) {
            return false;
        }
        if (expression instanceof EventExpression.Seq seq) {
            return possible(seq.children().get(0), reached, start)
                    && seq.children().stream().skip(1).allMatch(child -> possible(child, reached, false));
        }
        long parts = expression.children().stream()
                .filter(child -> possible(child, reached, start))
                .count();
        return parts >= needed(expression);
    }

    private static int needed(EventExpression expression) {
        if (expression instanceof EventExpression.Any) {
            return 1;
        }
        return expression instanceof EventExpression.AtLeast atLeast
                ? atLeast.least()
                : expression.children().size();
    }

    private static Set<String> nodes(EventExpression expression) {
        Set<String> nodes = new HashSet<>();
        if (expression instanceof Leaf leaf) {
            switch (leaf.type()) {
                case STARTED, EVENT -> {}
                case COMPLETED, FAILED, SETTLED, READY, ITEM -> nodes.add(leaf.name());
            }
        }
        if (expression instanceof EventExpression.Gather gather) {
            nodes.add(gather.producer());
        }
        if (expression instanceof EventExpression.Absent absent) {
            return nodes(absent.after());
        }
        expression.children().forEach(child -> nodes.addAll(nodes(child)));
        return nodes;
    }
}
