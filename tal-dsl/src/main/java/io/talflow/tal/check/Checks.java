package io.talflow.tal.check;

import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.List;

/** What a workflow, or a rule for its running task, that reads well can still have wrong. */
public final class Checks {
    private static final List<Check> OF_RULES = List.of(
            new Aliases(),
            new KnownNames(),
            new ReachableRules(),
            new ReachableActions(),
            new ClosingJoins(),
            new EndlessCycles(),
            new CompilingExpressions(),
            new FiringOnce());
    private static final List<Check> OF_WORKFLOWS = List.of(
            new UsableSchemas(),
            new RuleIds(),
            new OutsideEvents(),
            new Compensations(),
            new InvokedFunctions(),
            new EnabledRules(),
            new GatheredSlices(),
            new AnEnd(),
            new OrderedWrites());

    private Checks() {}

    /** One rule about workflows. */
    interface Check {
        void check(Subject subject, Problems problems);
    }

    public static void run(Workflow workflow, Problems problems) {
        Subject subject = Subject.of(workflow);
        OF_WORKFLOWS.forEach(check -> check.check(subject, problems));
        OF_RULES.forEach(check -> check.check(subject, problems));
    }

    /**
     * Checks a rule that is added to a running task.
     *
     * @param before rules that were added to it already
     */
    public static void added(Workflow workflow, List<Rule> before, Rule rule, Problems problems) {
        Subject subject = Subject.added(workflow, before, rule);
        OF_RULES.forEach(check -> check.check(subject, problems));
    }
}
