package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.HashSet;
import java.util.Set;

/** A function nobody invokes is most likely a mistake. */
final class InvokedFunctions implements Checks.Check {
    @Override
    public void check(Workflow workflow, Problems problems) {
        Set<String> invoked = new HashSet<>();
        for (Rule rule : workflow.rules()) {
            for (Action action : Actions.of(rule)) {
                if (action instanceof Action.Invoke invoke) {
                    invoked.add(invoke.function());
                }
            }
        }
        workflow.functions().values().stream()
                .filter(function -> !invoked.contains(function.name()))
                .forEach(function -> problems.warning(
                        "tal/unused-function", function.position(), "no rule invokes %s".formatted(function.name())));
    }
}
