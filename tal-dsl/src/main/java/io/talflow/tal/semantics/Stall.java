package io.talflow.tal.semantics;

import java.util.List;

/** A task that nothing can move any more fails, and says what it still waited for. */
final class Stall {
    private static final int NAMED_RULES = 5;

    private Stall() {}

    static void check(TaskRun run) {
        TaskHeader header = run.header;
        if (header.open > 0 || header.timers > 0 || header.outside > 0) {
            return;
        }
        List<String> armed = run.rules().rules().stream()
                .filter(rule -> rule.firesOnce() && run.state.rule(rule).isArmed(rule))
                .map(CompiledRule::id)
                .toList();
        String missing = armed.isEmpty()
                ? "every rule has fired and none completes the task"
                : "rules that have not fired: %s%s"
                        .formatted(
                                String.join(", ", armed.subList(0, Math.min(NAMED_RULES, armed.size()))),
                                armed.size() > NAMED_RULES ? " and %d more".formatted(armed.size() - NAMED_RULES) : "");
        throw TaskFailure.of("Task.Stalled", "nothing runs and no event from outside is awaited; " + missing);
    }
}
