package io.talflow.tal.check;

import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.List;

/** What a workflow that reads well can still have wrong. */
public final class Checks {
    private static final List<Check> ALL = List.of(
            new UsableSchemas(),
            new RuleIds(),
            new Aliases(),
            new KnownNames(),
            new ReachableRules(),
            new EndlessCycles(),
            new CompilingExpressions(),
            new InvokedFunctions(),
            new AnEnd(),
            new OrderedWrites());

    private Checks() {}

    /** One rule about workflows. */
    interface Check {
        void check(Workflow workflow, Problems problems);
    }

    public static void run(Workflow workflow, Problems problems) {
        ALL.forEach(check -> check.check(workflow, problems));
    }
}
