package io.talflow.tal.semantics;

import java.util.List;

/**
 * Removes the rows of a task that has ended, rule by rule and a bounded number at a time, but for its header and outcome,
 * which late events and queries ask for.
 */
final class Remains {
    /** An outcome up to this size stays. */
    private static final int KEPT_BYTES = 4096;

    private final TaskRun run;
    private final TaskState state;
    private final TaskHeader header;

    Remains(TaskRun run) {
        this.run = run;
        this.state = run.state;
        this.header = run.header;
    }

    /** Removes what is one row or a few, and notes that the rest is to be removed. */
    void begin() {
        run.timers.cancelAll();
        header.deadlineMicros = Timers.NEVER;
        state.contextFields().forEach(field -> state.remove("c/" + field));
        for (String row : List.of("c", "in", "end", Unnamed.LEFT)) {
            state.remove(row);
        }
        for (String row : List.of("out", "err")) {
            byte[] outcome = state.get(row);
            if (outcome != null && outcome.length > KEPT_BYTES) {
                state.remove(row);
            }
        }
        run.garbage.add("e/", "", 0, Math.min(header.foreign, 1) * ForeignEvents.ROWS);
        run.garbage.add("u/", "", 0, header.undoable);
        header.rulesToClear = 1;
    }

    /** @return whether there is more */
    boolean sweep(int most) {
        int left = most;
        int rules = run.rules().rules().size() + run.addedRules().rules().size();
        while (header.rulesToClear > 0 && left > 0) {
            clear(rule(header.rulesToClear - 1));
            left -= 4;
            header.rulesToClear = header.rulesToClear == rules ? 0 : header.rulesToClear + 1;
            if (header.rulesToClear == 0) {
                clearAdded();
            }
        }
        run.garbage.sweep(Math.max(0, left));
        return header.rulesToClear > 0 || !run.garbage.isEmpty();
    }

    private CompiledRule rule(int number) {
        List<CompiledRule> own = run.rules().rules();
        return number < own.size() ? own.get(number) : run.addedRules().rules().get(number - own.size());
    }

    private void clear(CompiledRule rule) {
        int firings = state.rule(rule).firings();
        for (int call = 0; call < Calls.most(rule); call++) {
            run.garbage.add("i/" + rule.id() + "/", call == 0 ? "" : "." + call, 0, firings);
        }
        new Nodes(run).restart(rule, true);
        if (firings > 0 || !rule.rule().enabled()) {
            state.remove("f/" + rule.row());
        }
        if (rule.rule().maxConcurrency() > 0) {
            int[] places = new Places(state).range(rule.row());
            run.garbage.add("q/" + rule.row() + "#", "", places[0], places[1]);
            state.remove("q/" + rule.row());
        }
        if (rule.condition().isPresent()) {
            state.remove("b/" + rule.row());
        }
        if (rule.hasFilter()) {
            state.remove("y/" + rule.row());
        }
        rule.calls().stream().filter(run.program::keepsResult).forEach(node -> state.remove("r/" + node));
    }

    private void clearAdded() {
        if (header.added > 0) {
            run.garbage.add("x/", "", 0, header.added);
            state.remove("x");
            state.remove("x~");
            header.added = 0;
        }
    }
}
