package io.talflow.tal.check;

import io.talflow.tal.cel.CelEnvironment;
import io.talflow.tal.cel.CompiledExpression;
import io.talflow.tal.cel.InvalidCel;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.List;

/** Every expression compiles against the declared types, and a condition can be true or false. */
final class CompilingExpressions implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Workflow workflow = subject.workflow();
        for (Subject.Scoped scoped : subject.checked()) {
            Rule rule = scoped.rule();
            CelEnvironment environment =
                    scoped.added() ? CelEnvironment.ofAdded(workflow, rule) : CelEnvironment.of(workflow, rule);
            rule.condition().ifPresent(condition -> condition(condition, environment, problems));
            filters(rule.when(), workflow, environment, problems);
            Rule.Reactions reactions = rule.reactions();
            actions(reactions.actions(), environment, problems);
            actions(reactions.otherwise(), environment, problems);
            actions(reactions.onTimeout(), environment.withEvent(CelEnvironment.DEADLINE), problems);
            actions(reactions.onFailed(), environment, problems);
        }
    }

    private static void actions(List<Action> actions, CelEnvironment environment, Problems problems) {
        for (Action action : actions) {
            Actions.expressions(action).forEach(expression -> compile(expression, environment, problems));
        }
    }

    /** In a filter {@code event} is the one it judges. */
    private static void filters(
            EventExpression expression, Workflow workflow, CelEnvironment environment, Problems problems) {
        if (expression instanceof EventExpression.Leaf leaf) {
            leaf.filter()
                    .ifPresent(filter -> condition(
                            filter, environment.withEvent(CelEnvironment.dataSchema(workflow, leaf)), problems));
        }
        expression.children().forEach(child -> filters(child, workflow, environment, problems));
    }

    static void condition(Template.Expression condition, CelEnvironment environment, Problems problems) {
        CompiledExpression compiled = compile(condition, environment, problems);
        if (compiled != null && !compiled.canBeCondition()) {
            problems.error(
                    "tal/not-a-condition",
                    condition.position(),
                    "if: must be true or false; ${ %s } is neither".formatted(condition.cel()));
        }
    }

    /** The compiled expression, or null after reporting why there is none. */
    static CompiledExpression compile(Template.Expression expression, CelEnvironment environment, Problems problems) {
        try {
            return CompiledExpression.of(expression, environment);
        } catch (InvalidCel e) {
            problems.error(
                    "tal/bad-expression",
                    expression.position(),
                    "${ %s }: %s, at character %d".formatted(expression.cel(), e.getMessage(), e.column()));
            return null;
        }
    }
}
