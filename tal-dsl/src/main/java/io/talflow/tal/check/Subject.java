package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is checked: all rules of a workflow, or one that its running task is given.
 *
 * @param rules every rule the task can have, those that actions add among them
 */
record Subject(Workflow workflow, List<Scoped> rules) {
    /**
     * A rule, and how the task comes to have it.
     *
     * @param told whether its problems are told
     * @param added it is added to a running task, as opposed to being there from the start
     * @param adder the rule whose action adds it; empty: of the file, or added from outside
     */
    record Scoped(Rule rule, boolean told, boolean added, Optional<Scoped> adder) {
        /** Whether it sees the start of the task. */
        boolean seesStart() {
            return !added && rule.enabled();
        }
    }

    static Subject of(Workflow workflow) {
        List<Scoped> rules = new ArrayList<>();
        workflow.rules().forEach(rule -> collect(new Scoped(rule, true, false, Optional.empty()), rules));
        return new Subject(workflow, rules);
    }

    /** @param before rules the task was given before */
    static Subject added(Workflow workflow, List<Rule> before, Rule rule) {
        List<Scoped> rules = new ArrayList<>();
        workflow.rules().forEach(own -> collect(new Scoped(own, false, false, Optional.empty()), rules));
        before.forEach(earlier -> collect(new Scoped(earlier, false, true, Optional.empty()), rules));
        collect(new Scoped(rule, true, true, Optional.empty()), rules);
        return new Subject(workflow, rules);
    }

    /** The rules whose problems are told. */
    List<Scoped> checked() {
        return rules.stream().filter(Scoped::told).toList();
    }

    private static void collect(Scoped scoped, List<Scoped> rules) {
        rules.add(scoped);
        for (Action action : scoped.rule().reactions().all()) {
            if (action instanceof Action.Add add) {
                collect(new Scoped(add.rule(), scoped.told(), true, Optional.of(scoped)), rules);
            }
        }
    }

    /** The nodes a rule makes settle: invokes, starts or skips. */
    static Set<String> settles(Rule rule) {
        Set<String> nodes = new HashSet<>(Actions.runs(rule.reactions().all()));
        for (Action action : rule.reactions().all()) {
            if (action instanceof Action.Skip skip) {
                nodes.add(skip.node());
            }
        }
        return nodes;
    }
}
