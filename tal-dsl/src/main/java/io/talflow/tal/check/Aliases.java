package io.talflow.tal.check;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.parse.Problems;
import java.util.HashSet;
import java.util.Set;

/** A name given with {@code as} is new: no other event of the rule has it, and nothing every rule knows. */
final class Aliases implements Checks.Check {
    private static final Set<String> TAKEN =
            Set.of("event", "events", "values", "input", "context", "results", "task", "given");

    @Override
    public void check(Subject subject, Problems problems) {
        for (Subject.Scoped scoped : subject.checked()) {
            check(scoped.rule().when(), new HashSet<>(TAKEN), problems);
        }
    }

    private static void check(EventExpression expression, Set<String> taken, Problems problems) {
        expression
                .alias()
                .filter(alias -> !taken.add(alias))
                .ifPresent(alias -> problems.error(
                        "tal/taken-name",
                        expression.position(),
                        "as: %s already names something here".formatted(alias)));
        expression.children().forEach(child -> check(child, taken, problems));
    }
}
