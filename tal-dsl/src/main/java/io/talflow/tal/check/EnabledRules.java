package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.parse.Problems;
import java.util.HashSet;
import java.util.Set;

/** A rule that begins disabled is enabled somewhere. */
final class EnabledRules implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Set<String> enabled = new HashSet<>();
        for (Subject.Scoped scoped : subject.rules()) {
            for (Action action : scoped.rule().reactions().all()) {
                if (action instanceof Action.Enable enable && enable.enabled()) {
                    enabled.add(enable.rule());
                }
            }
        }
        subject.checked().stream()
                .map(Subject.Scoped::rule)
                .filter(rule -> !rule.enabled() && !enabled.contains(rule.id()))
                .forEach(rule -> problems.warning(
                        "tal/never-enabled",
                        rule.position(),
                        "rule %s begins disabled and no rule enables it; only a command from outside can"
                                .formatted(rule.id())));
    }
}
