package io.talflow.tal.check;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Function;
import io.talflow.tal.parse.Problems;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A function that nobody invokes and that undoes no other is most likely a mistake. */
final class InvokedFunctions implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Set<String> invoked = new HashSet<>();
        for (Subject.Scoped scoped : subject.rules()) {
            for (Action action : scoped.rule().reactions().all()) {
                if (action instanceof Action.Invoke invoke) {
                    invoked.add(invoke.function());
                }
            }
        }
        Map<String, Function> functions = subject.workflow().functions();
        functions.values().forEach(function -> function.compensate().ifPresent(invoked::add));
        functions.values().stream()
                .filter(function -> !invoked.contains(function.name()))
                .forEach(function -> problems.warning(
                        "tal/unused-function", function.position(), "no rule invokes %s".formatted(function.name())));
    }
}
