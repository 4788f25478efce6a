package io.talflow.tal.semantics;

import io.talflow.tal.model.Rule;

/** Rules armed, disabled and added while a task runs. */
final class RuleSwitch {
    private RuleSwitch() {}

    /** Arms or disables a rule. @return whether there is such a rule */
    static boolean set(TaskRun run, Nodes nodes, String id, boolean enabled) {
        CompiledRule rule = run.ruleById(id);
        if (rule == null) {
            return false;
        }
        RuleState before = run.state.rule(rule);
        if (before.enabled() == enabled) {
            return true;
        }
        run.state.save(rule, before.switched(enabled));
        if (rule.awaitsOutside() && !before.isDeaf(rule)) {
            run.header.outside += enabled ? 1 : -1;
        }
        if (enabled && !before.begun()) {
            nodes.arm(rule);
        }
        return true;
    }

    /** Adds a rule, and arms it. */
    static void add(TaskRun run, Nodes nodes, Rule rule, Object given) {
        String row = AddedRules.add(run, rule, given);
        CompiledRule added = run.ruleByRow(row);
        if (rule.enabled()) {
            if (added.awaitsOutside()) {
                run.header.outside++;
            }
            nodes.arm(added);
        }
    }

    /** Arms the rules of the definition. */
    static void armAll(TaskRun run, Nodes nodes) {
        run.header.outside = run.rules().outside();
        run.rules().beginning().forEach(nodes::arm);
    }
}
