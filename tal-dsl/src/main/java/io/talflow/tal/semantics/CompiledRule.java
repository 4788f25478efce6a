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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A rule whose expression is numbered in pre-order (0 is the root) and whose CEL is compiled on first use. */
final class CompiledRule {
    private final int index;
    private final Rule rule;
    private final Workflow workflow;
    private final List<Node> nodes = new ArrayList<>();
    private Compiled compiled;

    /**
     * A node of the expression.
     *
     * @param parent -1 for the root
     * @param slot place among the parent's children
     */
    record Node(int number, EventExpression expression, int parent, int slot, Shape shape) {}

    /** A gather's member fills the slot of its slice, not of its place. */
    static final int SLOT_OF_SLICE = -1;

    private record Compiled(
            Optional<CompiledExpression> condition,
            Map<Integer, CompiledExpression> filters,
            Map<Action, CompiledTemplate> templates,
            Mentions mentions) {}

    CompiledRule(int index, Rule rule, Workflow workflow) {
        this.index = index;
        this.rule = rule;
        this.workflow = workflow;
        number(rule.when(), -1, 0);
    }

    private void number(EventExpression expression, int parent, int slot) {
        int number = nodes.size();
        nodes.add(new Node(number, expression, parent, slot, expression.accept(ShapeOf.INSTANCE)));
        int childSlot = 0;
        for (EventExpression child : expression.children()) {
            number(child, number, expression instanceof EventExpression.Gather ? SLOT_OF_SLICE : childSlot);
            childSlot++;
        }
    }

    int index() {
        return index;
    }

    Rule rule() {
        return rule;
    }

    Node node(int number) {
        return nodes.get(number);
    }

    int nodeCount() {
        return nodes.size();
    }

    List<Action> allActions() {
        List<Action> all = new ArrayList<>(rule.actions());
        all.addAll(rule.otherwise());
        return all;
    }

    Optional<CompiledExpression> condition() {
        return compiled().condition;
    }

    /** The filter of a leaf, or null. */
    CompiledExpression filter(int node) {
        return compiled().filters.get(node);
    }

    /** The template of an action that has one. */
    CompiledTemplate template(Action action) {
        return compiled().templates.get(action);
    }

    Mentions mentions() {
        return compiled().mentions;
    }

    /** Whether what filled a node is read when the rule fires, beyond the last event, which is at hand then. */
    boolean captures(int number) {
        if (nodes.size() == 1) {
            return false;
        }
        Mentions mentions = mentions();
        Node node = nodes.get(number);
        boolean leaf = node.expression() instanceof EventExpression.Leaf;
        if (leaf && (mentions.roots().contains("events") || mentions.roots().contains("values"))) {
            return true;
        }
        return mentionsAlias(node) || (node.slot() == SLOT_OF_SLICE && mentionsAlias(nodes.get(node.parent())));
    }

    private boolean mentionsAlias(Node node) {
        return node.expression().alias().map(mentions().roots()::contains).orElse(false);
    }

    /** A cheap look at the text, so that only rules that could name {@code results} are compiled at load. */
    boolean mayMentionResults() {
        return sources().stream().anyMatch(cel -> cel.contains("results"));
    }

    private List<String> sources() {
        List<String> sources = new ArrayList<>();
        rule.condition().ifPresent(condition -> sources.add(condition.cel()));
        for (Node node : nodes) {
            if (node.expression() instanceof EventExpression.Leaf leaf) {
                leaf.filter().ifPresent(filter -> sources.add(filter.cel()));
            }
        }
        for (Action action : allActions()) {
            collect(templateOf(action), sources);
        }
        return sources;
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

    private Compiled compiled() {
        if (compiled == null) {
            compiled = compile();
        }
        return compiled;
    }

    private Compiled compile() {
        CelEnvironment environment = CelEnvironment.of(workflow, rule);
        Mentions mentions = Mentions.NONE;
        Optional<CompiledExpression> condition =
                rule.condition().map(expression -> CompiledExpression.of(expression, environment));
        if (condition.isPresent()) {
            mentions = mentions.and(condition.get().mentions());
        }
        Map<Integer, CompiledExpression> filters = new HashMap<>();
        for (Node node : nodes) {
            if (node.expression() instanceof EventExpression.Leaf leaf
                    && leaf.filter().isPresent()) {
                CompiledExpression filter = CompiledExpression.of(leaf.filter().get(), environment);
                filters.put(node.number(), filter);
                mentions = mentions.and(filter.mentions());
            }
        }
        Map<Action, CompiledTemplate> templates = new HashMap<>();
        for (Action action : allActions()) {
            CompiledTemplate template = CompiledTemplate.of(templateOf(action), environment);
            templates.put(action, template);
            mentions = mentions.and(template.mentions());
        }
        return new Compiled(condition, filters, templates, mentions);
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
        public Template complete(Action.Complete complete) {
            return complete.output();
        }

        @Override
        public Template fail(Action.Fail fail) {
            return fail.error();
        }
    }
}
