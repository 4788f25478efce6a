package io.talflow.tal.check;

import io.talflow.tal.model.Position;
import io.talflow.tal.model.Rule;
import io.talflow.tal.parse.Problems;
import java.util.HashMap;
import java.util.Map;

/** Rule ids are unique: they name firings. */
final class RuleIds implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Map<String, Position> seen = new HashMap<>();
        for (Rule rule : subject.workflow().rules()) {
            Position first = seen.putIfAbsent(rule.id(), rule.position());
            if (first != null) {
                problems.error(
                        "tal/duplicate-id",
                        rule.position(),
                        "rule id %s is taken by the rule at line %d".formatted(rule.id(), first.line()));
            }
        }
    }
}
