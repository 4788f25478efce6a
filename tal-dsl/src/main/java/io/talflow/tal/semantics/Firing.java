package io.talflow.tal.semantics;

import io.talflow.tal.cel.ExpressionFailed;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Rule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a rule does when something has become of its expression, as one decision. */
final class Firing {
    private final TaskRun run;
    private final Nodes nodes;
    private final Invocations invocations;
    private final Ending ending;

    /** What became of the expression. */
    enum Cause {
        MATCH,
        TIMEOUT,
        STREAM_FAILED
    }

    Firing(TaskRun run, Nodes nodes, Invocations invocations, Ending ending) {
        this.run = run;
        this.nodes = nodes;
        this.invocations = invocations;
        this.ending = ending;
    }

    /** @return the decision, for the history; null: nothing was decided */
    Map<String, Object> fire(CompiledRule rule, Occurrence last, Cause cause) {
        TaskScope scope = new TaskScope(run.state, run.header, rule, last);
        Rule.Reactions reactions = rule.rule().reactions();
        Map<String, Object> decision = new LinkedHashMap<>();
        decision.put("rule", rule.id());
        List<Action> actions = List.of();
        switch (cause) {
            case TIMEOUT -> {
                actions = reactions.onTimeout();
                decision.put("branch", "onTimeout");
            }
            case STREAM_FAILED -> {
                actions = reactions.onFailed();
                decision.put("branch", "onFailed");
            }
            case MATCH -> {
                boolean holds = holds(rule, scope, last, decision);
                actions = holds ? reactions.actions() : reactions.otherwise();
                decision.put("branch", holds ? "do" : "else");
            }
        }
        boolean acts = !actions.isEmpty();
        if (acts) {
            act(rule, scope, last, actions, decision);
        }
        // A match without a firing is consumed too: the rule looks again from the start.
        boolean deaf = acts && rule.firesOnce();
        if (deaf || cause != Cause.TIMEOUT || !rule.root().hasWays()) {
            nodes.restart(rule, deaf);
        }
        return acts || cause == Cause.MATCH ? decision : null;
    }

    private void act(
            CompiledRule rule, TaskScope scope, Occurrence last, List<Action> actions, Map<String, Object> decision) {
        RuleState before = run.state.rule(rule);
        run.state.save(rule, before.fired());
        if (rule.firesOnce() && rule.awaitsOutside()) {
            run.header.outside--;
        }
        decision.put("ordinal", (long) before.firings());
        if (last.key().kind() == LeafKey.Kind.TIMER) {
            decision.put("at", run.nowMillis());
        }
        new Acting(run, nodes, invocations, ending, rule, scope, last, before.firings()).all(actions);
    }

    private boolean holds(CompiledRule rule, TaskScope scope, Occurrence last, Map<String, Object> decision) {
        if (rule.condition().isEmpty()) {
            return true;
        }
        Position at = rule.rule().condition().orElseThrow().position();
        try {
            boolean holds = rule.condition().get().test(scope);
            if (!holds) {
                decision.put("condition", false);
                run.state.put("b/" + rule.row(), Looked.row(rule, scope, last, run));
            }
            return holds;
        } catch (ExpressionFailed e) {
            throw TaskFailure.ofRule("Task.ConditionFailed", rule, at, e.getMessage());
        }
    }
}
