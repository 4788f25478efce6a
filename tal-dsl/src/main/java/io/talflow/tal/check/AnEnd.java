package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;

/** A workflow without an action that ends the task fails as stalled in the end. */
final class AnEnd implements Checks.Check {
    @Override
    public void check(Workflow workflow, Problems problems) {
        boolean ends = workflow.rules().stream()
                .flatMap(rule -> Actions.of(rule).stream())
                .anyMatch(action -> action instanceof Action.Complete || action instanceof Action.Fail);
        if (!ends) {
            problems.warning(
                    "tal/no-end",
                    new Position(1, 1),
                    "no rule completes the task; add {do: {complete: …}} or it ends as failed with Task.Stalled");
        }
    }
}
