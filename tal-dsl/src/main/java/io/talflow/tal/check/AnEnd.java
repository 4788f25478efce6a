package io.talflow.tal.check;

import io.talflow.tal.model.Position;
import io.talflow.tal.parse.Problems;

/** A workflow without an action that ends the task fails as stalled in the end. */
final class AnEnd implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        boolean ends = subject.rules().stream()
                .flatMap(scoped -> scoped.rule().reactions().all().stream())
                .anyMatch(Actions::ends);
        if (!ends) {
            problems.warning(
                    "tal/no-end",
                    new Position(1, 1),
                    "no rule completes the task; add {do: {complete: …}} or it ends as failed with Task.Stalled");
        }
    }
}
