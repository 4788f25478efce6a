package io.talflow.tal.semantics;

import io.talflow.tal.model.Rule;
import java.util.List;

/** A task that nothing can move any more fails, and says what it still waited for. */
final class Stall {
    private static final int NAMED_RULES = 5;

    private Stall() {}

    static void check(Program program, TaskState state, TaskHeader header) {
        if (header.open > 0 || program.awaitingOutside().stream().anyMatch(rule -> isArmed(rule, state))) {
            return;
        }
        List<String> armed = program.rules().stream()
                .filter(rule -> isArmed(rule, state) && rule.rule().fires() == Rule.Fires.ONCE)
                .map(rule -> rule.rule().id())
                .toList();
        String missing = armed.isEmpty()
                ? "every rule has fired and none completes the task"
                : "rules that have not fired: %s%s"
                        .formatted(
                                String.join(", ", armed.subList(0, Math.min(NAMED_RULES, armed.size()))),
                                armed.size() > NAMED_RULES ? " and %d more".formatted(armed.size() - NAMED_RULES) : "");
        throw TaskFailure.of("Task.Stalled", "nothing runs and no event from outside is awaited; " + missing);
    }

    private static boolean isArmed(CompiledRule rule, TaskState state) {
        return rule.rule().fires() == Rule.Fires.EACH || state.firings(rule) == 0;
    }
}
