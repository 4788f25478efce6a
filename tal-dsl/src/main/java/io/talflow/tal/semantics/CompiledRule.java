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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A rule whose expression is numbered in pre-order (0 is the root) and whose CEL is compiled on first use. */
final class CompiledRule {
    private final String row;
    private final Rule rule;
    private final Workflow workflow;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<String> calls = new HashSet<>();
    private Compiled compiled;

    /**
     * A node of the expression.
     *
     * @param parent -1 for the root
     * @param slot place among the parent's children
     * @param end number of the first node after those below it
     */
    record Node(int number, EventExpression expression, int parent, int slot, Shape shape, int end) {
        boolean isRoot() {
            return parent < 0;
        }

        boolean isLeaf() {
            return expression instanceof EventExpression.Leaf;
        }

        /** Whether each arrival of its first part opens a way of its own. */
        boolean hasWays() {
            return expression instanceof EventExpression.Seq seq
                    && (seq.strict() || seq.window().isPresent())
                    && seq.children().stream().allMatch(Node::isSingle);
        }

        /** Whether it keeps the events that completed its part, in order. */
        boolean collects() {
            return expression instanceof EventExpression.Count || expression instanceof EventExpression.Batch;
        }

        private static boolean isSingle(EventExpression part) {
            return part instanceof EventExpression.Leaf
                    || part instanceof EventExpression.Any any
                            && any.children().stream().allMatch(EventExpression.Leaf.class::isInstance);
        }
    }

    /** A gather's member fills the slot of its slice, not of its place. */
    static final int SLOT_OF_SLICE = -1;

    private record Compiled(
            Optional<CompiledExpression> condition,
            Map<Integer, CompiledExpression> filters,
            Map<Action, CompiledTemplate> templates,
            Mentions mentions) {}

    /** @param row names the rule in the rows of a task; never reused in it */
    CompiledRule(String row, Rule rule, Workflow workflow) {
        this.row = row;
        this.rule = rule;
        this.workflow = workflow;
        number(rule.when(), -1, 0);
        for (Action action : rule.reactions().all()) {
            String node = Invocations.node(action);
            if (!node.isEmpty()) {
                calls.add(node);
            }
        }
    }

    private void number(EventExpression expression, int parent, int slot) {
        int number = nodes.size();
        nodes.add(null);
        int childSlot = 0;
        for (EventExpression child : expression.children()) {
            number(child, number, expression instanceof EventExpression.Gather ? SLOT_OF_SLICE : childSlot);
            childSlot++;
        }
        nodes.set(
                number,
                new Node(number, expression, parent, slot, expression.accept(ShapeOf.INSTANCE), nodes.size()));
    }

    String row() {
        return row;
    }

    String id() {
        return rule.id();
    }

    Rule rule() {
        return rule;
    }

    boolean firesOnce() {
        return rule.fires() == Rule.Fires.ONCE;
    }

    Node node(int number) {
        return nodes.get(number);
    }

    Node root() {
        return nodes.get(0);
    }

    List<Node> nodes() {
        return nodes;
    }

    /** The child that fills a slot of a node. */
    Node child(Node parent, int slot) {
        int number = parent.number() + 1;
        for (int before = 0; before < slot; before++) {
            number = nodes.get(number).end();
        }
        return nodes.get(number);
    }

    List<Action> allActions() {
        return rule.reactions().all();
    }

    /** The nodes its actions call. */
    Set<String> calls() {
        return calls;
    }

    /** Whether an event from outside could make it fire; one that only stops an {@code absent} could not. */
    boolean awaitsOutside() {
        return awaitsOutside(rule.when());
    }

    private static boolean awaitsOutside(EventExpression expression) {
        if (expression instanceof EventExpression.Leaf leaf) {
            return leaf.type() == EventExpression.LeafType.EVENT;
        }
        return expression instanceof EventExpression.Absent absent
                ? awaitsOutside(absent.after())
                : expression.children().stream().anyMatch(CompiledRule::awaitsOutside);
    }

    /** Whether something in it begins when it is armed. */
    boolean beginsWhenArmed() {
        return nodes.stream()
                .anyMatch(node -> node.expression() instanceof EventExpression.Every
                        || node.expression() instanceof EventExpression.Absent);
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
    boolean captures(Node node) {
        if (nodes.size() == 1) {
            return false;
        }
        Set<String> roots = mentions().roots();
        boolean all = roots.contains("events") || roots.contains("values");
        Node parent = node.isRoot() ? null : nodes.get(node.parent());
        boolean kept = parent != null && (parent.collects() || node.slot() == SLOT_OF_SLICE);
        return all && (node.expression().children().isEmpty() || kept)
                || mentionsAlias(node)
                || kept && mentionsAlias(parent);
    }

    /** Whether anything is captured at or below a node. */
    boolean capturesBelow(Node node) {
        for (int number = node.number(); number < node.end(); number++) {
            if (captures(nodes.get(number))) {
                return true;
            }
        }
        return false;
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
