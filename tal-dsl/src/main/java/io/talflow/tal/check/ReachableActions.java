package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Rule;
import io.talflow.tal.parse.Problems;
import java.util.List;

/** What stands after an action that ends the task is never reached; a bound on invocations wants an invocation. */
final class ReachableActions implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        for (Subject.Scoped scoped : subject.checked()) {
            Rule rule = scoped.rule();
            Rule.Reactions reactions = rule.reactions();
            List.of(reactions.actions(), reactions.otherwise(), reactions.onTimeout(), reactions.onFailed())
                    .forEach(actions -> check(actions, problems));
            if (rule.maxConcurrency() > 0 && reactions.all().stream().noneMatch(Action.Invoke.class::isInstance)) {
                problems.warning(
                        "tal/bounds-nothing",
                        rule.position(),
                        "rule %s invokes nothing, so maxConcurrency bounds nothing".formatted(rule.id()));
            }
        }
    }

    private static void check(List<Action> actions, Problems problems) {
        for (int at = 1; at < actions.size(); at++) {
            if (Actions.ends(actions.get(at - 1))) {
                problems.error(
                        "tal/unreachable-action",
                        actions.get(at).position(),
                        "the action before this ends the task, so this and what follows is never reached");
                return;
            }
        }
    }
}
