package io.talflow.tal.check;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.parse.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A gather waits for a node once for each slice of a stream. A node that is never invoked for a slice of it, by a rule on its
 * items or on what they lead to, leaves the join open for ever.
 */
final class ClosingJoins implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        for (Subject.Scoped scoped : subject.checked()) {
            check(scoped.rule().when(), subject, problems);
        }
    }

    private static void check(EventExpression expression, Subject subject, Problems problems) {
        if (expression instanceof Gather gather) {
            String member = gather.member().name();
            boolean emits = subject.workflow().functions().values().stream()
                    .anyMatch(function -> function.emits().containsKey(gather.stream()));
            boolean runs = subject.rules().stream()
                    .anyMatch(scoped -> Subject.settles(scoped.rule()).contains(member));
            if (emits && runs && !sliced(gather, subject).contains(member)) {
                problems.error(
                        "tal/never-closes",
                        gather.position(),
                        "no rule runs %s for a slice of %s.%s, so this join never has them all; run it by a rule on"
                                        .formatted(member, gather.producer(), gather.stream())
                                + " {item: %s.%s}, with fires: each".formatted(gather.producer(), gather.stream()));
            }
        }
        expression.children().forEach(child -> check(child, subject, problems));
    }

    /** The nodes whose events can belong to a slice of the stream; at least those that do. */
    private static Set<String> sliced(Gather gather, Subject subject) {
        Set<String> nodes = new HashSet<>();
        List<Subject.Scoped> rest = new ArrayList<>(subject.rules());
        while (rest.removeIf(scoped -> {
            boolean takes = takes(scoped.rule().when(), gather, nodes);
            if (takes) {
                nodes.addAll(Subject.settles(scoped.rule()));
            }
            return takes;
        })) {
            // Each round reaches at least one rule more.
        }
        return nodes;
    }

    /** Whether a match of the expression can belong to a slice of the stream; one that is counted or timed cannot. */
    private static boolean takes(EventExpression expression, Gather gather, Set<String> sliced) {
        if (expression instanceof Leaf leaf) {
            boolean item = leaf.type() == LeafType.ITEM
                    && leaf.name().equals(gather.producer())
                    && leaf.datum().equals(gather.stream());
            return item || (leaf.type() != LeafType.EVENT && sliced.contains(leaf.name()));
        }
        if (expression instanceof Gather
                || expression instanceof EventExpression.Count
                || expression instanceof EventExpression.Batch
                || expression instanceof EventExpression.Absent) {
            return false;
        }
        return expression.children().stream().anyMatch(child -> takes(child, gather, sliced));
    }
}
