package io.talflow.tal.semantics;

import io.talflow.tal.cel.CompiledExpression;
import io.talflow.tal.cel.ExpressionFailed;
import io.talflow.tal.model.EventExpression.Batch;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.Position;
import io.talflow.tal.semantics.CompiledRule.Node;
import io.talflow.tal.semantics.RuleIndex.Subscription;
import java.util.BitSet;

/** Brings an occurrence to a leaf: whether it is due there, passes its filter, and goes up the expression. */
final class Triggers {
    private static final int NO_SLICE = -1;
    private static final int NOT_OF_STREAM = -2;

    private final TaskRun run;
    private final Nodes nodes;
    private CompiledRule lastRule;
    private Occurrence lastOccurrence;
    /** The leaf of the last rule whose filter refused the last occurrence; null: none did, or another leaf took it. */
    private Node refusing;

    private boolean taken;
    /** The sequences with ways that have been offered the last occurrence. */
    private final BitSet asked = new BitSet();

    /** What became of an occurrence at a rule. */
    enum Outcome {
        /** The rule does not want it: filter, deaf, or its part is filled or not yet due. */
        REFUSED,
        /** It filled a part. */
        TAKEN,
        /** It completed the rule's expression. */
        MATCHED,
        /** The stream that the rule gathers has failed, and the rule has something to do then. */
        FAILED
    }

    Triggers(TaskRun run, Nodes nodes) {
        this.run = run;
        this.nodes = nodes;
    }

    /** @throws TaskFailure if the leaf's filter fails */
    @SuppressWarnings("ReferenceEquality") // the same occurrence, not an equal one
    Outcome offer(Subscription subscription, Occurrence occurrence) {
        CompiledRule rule = subscription.rule();
        Node node = subscription.node();
        if (rule != lastRule || occurrence != lastOccurrence) {
            noteRefusal();
            lastRule = rule;
            lastOccurrence = occurrence;
            nodes.happened().clear();
            asked.clear();
        }
        if (!run.state.rule(rule).isArmed(rule) || hasHappened(rule, node)) {
            return Outcome.REFUSED;
        }
        Outcome outcome = offer(rule, node, occurrence);
        if (outcome != Outcome.REFUSED) {
            taken = true;
        }
        return outcome;
    }

    /**
     * Notes for whoever asks why a rule has not fired that a filter refused what no other leaf of the rule took; once an
     * occurrence, however many of its leaves look at it.
     */
    void noteRefusal() {
        if (refusing != null && !taken && run.isRunning()) {
            run.state.put("y/" + lastRule.row(), Looked.row(lastRule, refusing, lastOccurrence, run));
        }
        refusing = null;
        taken = false;
    }

    private Outcome offer(CompiledRule rule, Node node, Occurrence occurrence) {
        if (node.expression() instanceof Gather) {
            return occurrence.key().kind() == LeafKey.Kind.CLOSED ? closed(rule, node, occurrence) : failed(rule, node);
        }
        if (node.expression() instanceof Batch) {
            return nodes.isDue(rule, node, node.slot()) && nodes.flush(rule, node, occurrence)
                    ? Outcome.MATCHED
                    : Outcome.REFUSED;
        }
        return leaf(rule, node, occurrence);
    }

    /** Whether the node, or one above it, has happened by this occurrence already. */
    private boolean hasHappened(CompiledRule rule, Node node) {
        BitSet happened = nodes.happened();
        if (happened.isEmpty()) {
            return false;
        }
        for (int up = node.number(); up >= 0; up = rule.node(up).parent()) {
            if (happened.get(up)) {
                return true;
            }
        }
        return false;
    }

    private Outcome leaf(CompiledRule rule, Node node, Occurrence occurrence) {
        Node seq = rule.waysOf(node);
        if (seq != null) {
            return ways(rule, seq, occurrence);
        }
        int slice = sliceOf(rule, node, occurrence);
        int slot = slice >= 0 ? slice : node.slot();
        if (slice == NOT_OF_STREAM || !nodes.isDue(rule, node, slot) || !passes(rule, node, occurrence)) {
            return Outcome.REFUSED;
        }
        return nodes.leaf(rule, node, slot, occurrence);
    }

    /** All leaves of a sequence with ways are asked at once, since one occurrence is one step of each of its ways. */
    private Outcome ways(CompiledRule rule, Node seq, Occurrence occurrence) {
        if (asked.get(seq.number())) {
            return Outcome.REFUSED;
        }
        asked.set(seq.number());
        if (!nodes.isDue(rule, seq, seq.slot())) {
            return Outcome.REFUSED;
        }
        Node[] leaves = new Node[seq.expression().children().size()];
        boolean taken = false;
        for (int number = seq.end() - 1; number > seq.number(); number--) {
            Node node = rule.node(number);
            if (node.isLeaf() && rule.key(node).equals(occurrence.key()) && passes(rule, node, occurrence)) {
                leaves[rule.partOf(seq, node)] = node;
                taken = true;
            }
        }
        return taken ? nodes.ways(rule, seq, leaves, occurrence) : Outcome.REFUSED;
    }

    /** The slice a gather's member fills; an event of no slice, or of another stream's, is none of its. */
    private static int sliceOf(CompiledRule rule, Node node, Occurrence occurrence) {
        if (node.slot() != CompiledRule.SLOT_OF_SLICE) {
            return NO_SLICE;
        }
        Gather gather = (Gather) rule.node(node.parent()).expression();
        Occurrence.Slice slice = occurrence.slice();
        return slice != null && slice.stream().equals(gather.producer() + "." + gather.stream())
                ? slice.index()
                : NOT_OF_STREAM;
    }

    private boolean passes(CompiledRule rule, Node node, Occurrence occurrence) {
        Leaf leaf = (Leaf) node.expression();
        if (leaf.subject().isPresent() && !leaf.subject().get().equals(occurrence.subject())) {
            return false;
        }
        if (leaf.filter().isEmpty()) {
            return true;
        }
        CompiledExpression filter = rule.filter(node.number());
        try {
            boolean passes = filter.test(new TaskScope(run.state, run.header, rule, occurrence));
            refusing = passes || refusing != null ? refusing : node;
            return passes;
        } catch (ExpressionFailed e) {
            Position at = leaf.filter().get().position();
            throw TaskFailure.ofRule("Task.ConditionFailed", rule, at, e.getMessage());
        }
    }

    /** A stream has closed: the gather now knows its width. */
    private Outcome closed(CompiledRule rule, Node gather, Occurrence occurrence) {
        if (!nodes.isDue(rule, gather, gather.slot())) {
            return Outcome.REFUSED;
        }
        SlotSet slots = nodes.slots(rule, gather);
        int width = ((Number) occurrence.data()).intValue();
        if (slots.expected() >= 0) {
            throw TaskFailure.ofRule(
                    "Task.StreamClosedTwice",
                    rule,
                    gather.expression().position(),
                    "the stream it gathers closed twice, at %d and at %d slices; a gather joins one run of its producer"
                            .formatted(slots.expected(), width));
        }
        return nodes.close(rule, gather, width, occurrence);
    }

    private Outcome failed(CompiledRule rule, Node gather) {
        nodes.slots(rule, gather).expect(SlotSet.FAILED);
        nodes.captured().settle(rule, gather);
        return gather.isRoot() && !rule.rule().reactions().onFailed().isEmpty() ? Outcome.FAILED : Outcome.REFUSED;
    }
}
