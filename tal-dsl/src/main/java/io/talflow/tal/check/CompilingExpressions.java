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

/** Every expression compiles against the declared types, and a condition can be true or false. */
final class CompilingExpressions implements Checks.Check {
    @Override
    public void check(Workflow workflow, Problems problems) {
        for (Rule rule : workflow.rules()) {
            CelEnvironment environment = CelEnvironment.of(workflow, rule);
            rule.condition().ifPresent(condition -> condition(condition, environment, problems));
            filters(rule.when(), environment, problems);
            for (Action action : Actions.of(rule)) {
                Actions.expressions(Actions.template(action))
                        .forEach(expression -> compile(expression, environment, problems));
            }
        }
    }

    private static void filters(EventExpression expression, CelEnvironment environment, Problems problems) {
        if (expression instanceof EventExpression.Leaf leaf) {
            leaf.filter().ifPresent(filter -> condition(filter, environment, problems));
        }
        expression.children().forEach(child -> filters(child, environment, problems));
    }

    private static void condition(Template.Expression condition, CelEnvironment environment, Problems problems) {
        CompiledExpression compiled = compile(condition, environment, problems);
        if (compiled != null && !compiled.canBeCondition()) {
            problems.error(
                    "tal/not-a-condition",
                    condition.position(),
                    "if: must be true or false; ${ %s } is neither".formatted(condition.cel()));
        }
    }

    private static CompiledExpression compile(
            Template.Expression expression, CelEnvironment environment, Problems problems) {
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
