package io.talflow.tal.semantics;

import io.talflow.tal.cel.CompiledExpression;
import io.talflow.tal.cel.CompiledTemplate;
import io.talflow.tal.cel.Mentions;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Workflow;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A rule whose expression is numbered in pre-order (0 is the root) and whose CEL is compiled on first use. */
final class CompiledRule {
    /** More nodes than an expression may have. */
    private static final long NODES = 1L << 24;

    private final String row;
    private final Rule rule;
    private final Workflow workflow;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<String> calls = new HashSet<>();
    private RuleCode code;
    private BitSet captured;

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
                    && seq.children().stream().allMatch(EventExpression::isSingleEvent);
        }

        /** Whether it keeps the events that completed its part, in order. */
        boolean collects() {
            return expression instanceof EventExpression.Count || expression instanceof EventExpression.Batch;
        }
    }

    /** What row names of added rules begin with. */
    static final String ADDED = "x";

    /** A gather's member fills the slot of its slice, not of its place. */
    static final int SLOT_OF_SLICE = -1;

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
                number, new Node(number, expression, parent, slot, expression.accept(ShapeOf.INSTANCE), nodes.size()));
    }

    String row() {
        return row;
    }

    /** Rank of a node's deadline: rules in their order, added ones last; in a rule the outer node first. */
    long rank(Node node) {
        boolean added = row.startsWith(ADDED);
        long place = Long.parseLong(added ? row.substring(ADDED.length()) : row);
        return ((added ? NODES : 0) + place) * NODES + node.number();
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

    /** The sequence with ways that a leaf is a part of, or below one; null: none. */
    Node waysOf(Node leaf) {
        for (int up = leaf.parent(); up >= 0; up = nodes.get(up).parent()) {
            Node above = nodes.get(up);
            if (above.hasWays()) {
                return above;
            }
            if (!(above.expression() instanceof EventExpression.Any)) {
                return null;
            }
        }
        return null;
    }

    /** What leads an occurrence to a leaf. */
    LeafKey key(Node leaf) {
        return LeafKey.of((EventExpression.Leaf) leaf.expression(), workflow);
    }

    /** The part of a node that something below it belongs to. */
    int partOf(Node above, Node below) {
        Node part = below;
        while (part.parent() != above.number()) {
            part = nodes.get(part.parent());
        }
        return part.slot();
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
        return code().condition();
    }

    /** Whether some leaf has a filter. */
    boolean hasFilter() {
        return nodes.stream()
                .anyMatch(node -> node.expression() instanceof EventExpression.Leaf leaf
                        && leaf.filter().isPresent());
    }

    /** The filter of a leaf, or null. */
    CompiledExpression filter(int node) {
        return code().filter(node);
    }

    /** The template of an action that has one. */
    CompiledTemplate template(Action action) {
        return code().template(action);
    }

    Mentions mentions() {
        return code().mentions();
    }

    /** Whether what filled a node is read when the rule fires, beyond the last event, which is at hand then. */
    boolean captures(Node node) {
        return captured().get(node.number());
    }

    /** Whether anything is captured at or below a node. */
    boolean capturesBelow(Node node) {
        int next = captured().nextSetBit(node.number());
        return next >= 0 && next < node.end();
    }

    private BitSet captured() {
        if (captured == null) {
            captured = new BitSet(nodes.size());
            if (nodes.size() > 1) {
                nodes.stream().filter(this::isRead).forEach(node -> captured.set(node.number()));
            }
        }
        return captured;
    }

    private boolean isRead(Node node) {
        Set<String> roots = mentions().roots();
        boolean all = roots.contains("events") || roots.contains("values");
        Node parent = node.isRoot() ? null : nodes.get(node.parent());
        boolean kept = parent != null && (parent.collects() || node.slot() == SLOT_OF_SLICE);
        return (all && (node.expression().children().isEmpty() || kept))
                || mentionsAlias(node)
                || (kept && mentionsAlias(parent));
    }

    private boolean mentionsAlias(Node node) {
        return node.expression().alias().map(mentions().roots()::contains).orElse(false);
    }

    private RuleCode code() {
        if (code == null) {
            code = new RuleCode(rule, nodes, workflow, row.startsWith(ADDED));
        }
        return code;
    }
}
