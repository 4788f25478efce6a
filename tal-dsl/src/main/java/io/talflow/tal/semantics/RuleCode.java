package io.talflow.tal.semantics;

import io.talflow.tal.cel.CelEnvironment;
import io.talflow.tal.cel.CompiledExpression;
import io.talflow.tal.cel.CompiledTemplate;
import io.talflow.tal.cel.Mentions;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.semantics.CompiledRule.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The CEL of a rule, compiled. */
final class RuleCode {
    private final Optional<CompiledExpression> condition;
    private final Map<Integer, CompiledExpression> filters = new HashMap<>();
    private final Map<Action, CompiledTemplate> templates = new HashMap<>();
    private Mentions mentions = Mentions.NONE;

    /** @param added whether the rule is one of a running task's, which knows what it was given */
    RuleCode(Rule rule, List<Node> nodes, Workflow workflow, boolean added) {
        CelEnvironment environment = added ? CelEnvironment.ofAdded(workflow, rule) : CelEnvironment.of(workflow, rule);
        condition = rule.condition().map(expression -> compiled(expression, environment));
        for (Node node : nodes) {
            if (node.expression() instanceof EventExpression.Leaf leaf
                    && leaf.filter().isPresent()) {
                CelEnvironment ofLeaf = environment.withEvent(CelEnvironment.dataSchema(workflow, leaf));
                filters.put(node.number(), compiled(leaf.filter().get(), ofLeaf));
            }
        }
        Rule.Reactions reactions = rule.reactions();
        compile(reactions.actions(), environment);
        compile(reactions.otherwise(), environment);
        compile(reactions.onTimeout(), environment.withEvent(CelEnvironment.DEADLINE));
        compile(reactions.onFailed(), environment);
    }

    private CompiledExpression compiled(Template.Expression expression, CelEnvironment environment) {
        CompiledExpression compiled = CompiledExpression.of(expression, environment);
        mentions = mentions.and(compiled.mentions());
        return compiled;
    }

    private void compile(List<Action> actions, CelEnvironment environment) {
        for (Action action : actions) {
            CompiledTemplate template = CompiledTemplate.of(templateOf(action), environment);
            templates.put(action, template);
            mentions = mentions.and(template.mentions());
        }
    }

    Optional<CompiledExpression> condition() {
        return condition;
    }

    /** The filter of a leaf, or null. */
    CompiledExpression filter(int node) {
        return filters.get(node);
    }

    /** The template of an action that has one. */
    CompiledTemplate template(Action action) {
        return templates.get(action);
    }

    /** What all of it can look at. */
    Mentions mentions() {
        return mentions;
    }

    /** A cheap look at the text, so that only rules that could name {@code results} are compiled at load. */
    static boolean mayMentionResults(Rule rule) {
        List<String> sources = new ArrayList<>();
        rule.condition().ifPresent(condition -> sources.add(condition.cel()));
        collect(rule.when(), sources);
        rule.reactions().all().forEach(action -> collect(templateOf(action), sources));
        return sources.stream().anyMatch(cel -> cel.contains("results"));
    }

    private static void collect(EventExpression expression, List<String> sources) {
        if (expression instanceof EventExpression.Leaf leaf) {
            leaf.filter().ifPresent(filter -> sources.add(filter.cel()));
        }
        expression.children().forEach(child -> collect(child, sources));
    }

    private static void collect(Template template, List<String> sources) {
        if (template instanceof Template.Expression expression) {
            sources.add(expression.cel());
        } else if (template instanceof Template.Text text) {
            text.parts().forEach(part -> collect(part, sources));
        } else if (template instanceof Template.Array array) {
            array.items().forEach(item -> collect(item, sources));
        } else if (template instanceof Template.Struct struct) {
            struct.fields().values().forEach(field -> collect(field, sources));
        }
    }

    private static Template templateOf(Action action) {
        return action.accept(TemplateOf.INSTANCE);
    }

    private enum TemplateOf implements Action.Visitor<Template> {
        INSTANCE;

        @Override
        public Template invoke(Action.Invoke invoke) {
            return invoke.with();
        }

        @Override
        public Template set(Action.Set set) {
            return set.patch();
        }

        @Override
        public Template skip(Action.Skip skip) {
            return Template.Literal.NULL;
        }

        @Override
        public Template emit(Action.Emit emit) {
            Map<String, Template> fields = new LinkedHashMap<>();
            fields.put("data", emit.data());
            emit.subject().ifPresent(subject -> fields.put("subject", subject));
            return new Template.Struct(fields);
        }

        @Override
        public Template start(Action.Start start) {
            return start.with();
        }

        @Override
        public Template cancel(Action.Cancel cancel) {
            return Template.Literal.NULL;
        }

        @Override
        public Template enable(Action.Enable enable) {
            return Template.Literal.NULL;
        }

        @Override
        public Template add(Action.Add add) {
            return add.given();
        }

        @Override
        public Template complete(Action.Complete complete) {
            return complete.output();
        }

        @Override
        public Template fail(Action.Fail fail) {
            return fail.error();
        }
    }
}
