package io.talflow.tal.check;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.LeafType;
import io.talflow.tal.model.Rule;
import io.talflow.tal.parse.Durations;
import io.talflow.tal.parse.Problems;

/** How often a rule fires and how often what it waits for can happen go together. */
final class FiringOnce implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        for (Subject.Scoped scoped : subject.checked()) {
            Rule rule = scoped.rule();
            boolean each = rule.fires() == Rule.Fires.EACH;
            if (rule.when() instanceof EventExpression.Every every && !each) {
                problems.warning(
                        "tal/fires-once",
                        rule.position(),
                        "rule %s fires once, %s after it is armed; to fire at every tick say fires: each"
                                .formatted(rule.id(), Durations.print(every.period())));
            } else if (each && happensOnce(rule.when())) {
                problems.warning(
                        "tal/fires-once",
                        rule.position(),
                        "rule %s says fires: each, but what it waits for happens once%s"
                                .formatted(
                                        rule.id(),
                                        rule.when() instanceof EventExpression.Absent
                                                ? "; say with 'after' what opens it again"
                                                : ""));
            }
        }
    }

    private static boolean happensOnce(EventExpression when) {
        return (when instanceof Leaf leaf && leaf.type() == LeafType.STARTED)
                || (when instanceof EventExpression.Absent absent && absent.opensWhenArmed());
    }
}
