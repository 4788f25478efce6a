package io.talflow.tal.check;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Rule;
import io.talflow.tal.parse.Problems;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** What runs for each slice of a stream is waited for by somebody, or the task's end cuts it short. */
final class GatheredSlices implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Set<String> awaited = new HashSet<>();
        subject.rules().forEach(scoped -> awaited(scoped.rule().when(), awaited));
        for (Subject.Scoped scoped : subject.checked()) {
            Rule rule = scoped.rule();
            if (rule.fires() != Rule.Fires.EACH
                    || !(rule.when() instanceof Leaf leaf)
                    || leaf.type() != LeafType.ITEM) {
                continue;
            }
            for (String node : new LinkedHashSet<>(Actions.runs(rule.reactions().actions()))) {
                if (!awaited.contains(node)) {
                    problems.warning(
                            "tal/not-gathered",
                            rule.position(),
                            "nothing waits for %s, which rule %s runs for each slice of %s.%s: those that still run when the"
                                            .formatted(node, rule.id(), leaf.name(), leaf.datum())
                                    + " task ends are cancelled; wait with {gather: {completed: %s}, over: %s.%s}"
                                            .formatted(node, leaf.name(), leaf.datum()));
                }
            }
        }
    }

    private static void awaited(EventExpression expression, Set<String> nodes) {
        if (expression instanceof Leaf leaf && leaf.type() != LeafType.FAILED) {
            nodes.add(leaf.name());
        }
        expression.children().forEach(child -> awaited(child, nodes));
    }
}
