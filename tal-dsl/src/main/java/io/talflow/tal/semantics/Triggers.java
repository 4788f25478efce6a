package io.talflow.tal.semantics;

import io.talflow.tal.cel.CompiledExpression;
import io.talflow.tal.cel.ExpressionFailed;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.Seq;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Rule;
import io.talflow.tal.semantics.CompiledRule.Node;
import java.nio.ByteBuffer;

/**
 * Brings an occurrence to a leaf and its arrivals up the expression. What is filled is kept here; whether an arrival
 * makes a node match is the {@link Matcher}'s word, at every node that has a pattern.
 */
final class Triggers {
    private final TaskState state;
    private final TaskHeader header;
    private final Matcher matcher;

    /** What became of an occurrence at a leaf. */
    enum Outcome {
        /** The leaf does not want it: filter, rule done, or its part is filled or not yet due. */
        REFUSED,
        /** It filled a part. */
        TAKEN,
        /** It completed the rule's expression. */
        MATCHED
    }

    Triggers(TaskState state, TaskHeader header, Matcher matcher) {
        this.state = state;
        this.header = header;
        this.matcher = matcher;
    }

    /** @throws TaskFailure if the leaf's filter fails */
    Outcome offer(CompiledRule rule, int number, Occurrence occurrence) {
        if (rule.rule().fires() == Rule.Fires.ONCE && state.firings(rule) > 0) {
            return Outcome.REFUSED;
        }
        Node node = rule.node(number);
        if (node.expression() instanceof Gather) {
            return closed(rule, node, occurrence);
        }
        int slice = sliceOf(rule, node, occurrence);
        if (slice == NOT_OF_STREAM || !isDue(rule, node, slice) || !passes(rule, node, occurrence)) {
            return Outcome.REFUSED;
        }
        capture(rule, number, slice, occurrence);
        if (node.parent() < 0) {
            return offer(rule, node, new Arrival(0, header.clockMicros, true)) ? Outcome.MATCHED : Outcome.TAKEN;
        }
        return arrive(rule, rule.node(node.parent()), slice >= 0 ? slice : node.slot(), occurrence);
    }

    private static final int NO_SLICE = -1;
    private static final int NOT_OF_STREAM = -2;

    /** The slice a gather's member fills; an event of no slice, or of another stream's, is none of its. */
    private int sliceOf(CompiledRule rule, Node node, Occurrence occurrence) {
        if (node.slot() != CompiledRule.SLOT_OF_SLICE) {
            return NO_SLICE;
        }
        Gather gather = (Gather) rule.node(node.parent()).expression();
        Occurrence.Slice slice = occurrence.slice();
        return slice != null && slice.stream().equals(gather.producer() + "." + gather.stream())
                ? slice.index()
                : NOT_OF_STREAM;
    }

    /** Whether the part is still empty and its turn has come, all the way up. */
    private boolean isDue(CompiledRule rule, Node node, int slice) {
        int slot = slice >= 0 ? slice : node.slot();
        for (int up = node.parent(); up >= 0; up = rule.node(up).parent()) {
            Node parent = rule.node(up);
            if (parent.expression() instanceof Seq) {
                if (next(rule, parent) != slot) {
                    return false;
                }
            } else if (!(parent.expression() instanceof Any)
                    && slots(rule, parent).isFilled(slot)) {
                return false;
            }
            slot = parent.slot();
        }
        return true;
    }

    private static boolean passes(CompiledRule rule, Node node, TaskScope scope) {
        CompiledExpression filter = rule.filter(node.number());
        return filter == null || filter.test(scope);
    }

    private boolean passes(CompiledRule rule, Node node, Occurrence occurrence) {
        Leaf leaf = (Leaf) node.expression();
        if (leaf.filter().isEmpty()) {
            return true;
        }
        try {
            return passes(rule, node, new TaskScope(state, header, rule, occurrence));
        } catch (ExpressionFailed e) {
            Position at = leaf.filter().get().position();
            throw TaskFailure.ofRule("Task.ConditionFailed", rule, at, e.getMessage());
        }
    }

    private void capture(CompiledRule rule, int number, int slice, Occurrence occurrence) {
        if (rule.captures(number)) {
            String row =
                    slice >= 0 ? TaskState.nodeRow('v', rule, number, slice) : TaskState.nodeRow('v', rule, number);
            state.put(row, occurrence.row());
        }
    }

    private Outcome arrive(CompiledRule rule, Node parent, int slot, Occurrence occurrence) {
        EventExpression expression = parent.expression();
        boolean complete = true;
        if (expression instanceof Seq) {
            state.put(
                    TaskState.nodeRow('s', rule, parent.number()),
                    ByteBuffer.allocate(Integer.BYTES).putInt(slot + 1).array());
        } else if (!(expression instanceof Any)) {
            SlotSet slots = slots(rule, parent);
            slots.fill(slot);
            complete = slots.complete();
        }
        return up(rule, parent, new Arrival(slot, header.clockMicros, complete), occurrence);
    }

    /** A stream has closed: the gather now knows its width. */
    private Outcome closed(CompiledRule rule, Node gather, Occurrence occurrence) {
        SlotSet slots = slots(rule, gather);
        int width = ((Number) occurrence.view().get("data")).intValue();
        if (slots.expected() != SlotSet.UNKNOWN) {
            throw TaskFailure.ofRule(
                    "Task.StreamClosedTwice",
                    rule,
                    gather.expression().position(),
                    "the stream it gathers closed twice, at %d and at %d slices; a gather joins one run of its producer"
                            .formatted(slots.expected(), width));
        }
        slots.expect(width);
        return up(rule, gather, new Arrival(width, header.clockMicros, slots.complete()), occurrence);
    }

    private Outcome up(CompiledRule rule, Node node, Arrival arrival, Occurrence occurrence) {
        if (!offer(rule, node, arrival)) {
            return Outcome.TAKEN;
        }
        if (node.parent() < 0) {
            return Outcome.MATCHED;
        }
        capture(rule, node.number(), NO_SLICE, occurrence);
        return arrive(rule, rule.node(node.parent()), node.slot(), occurrence);
    }

    private boolean offer(CompiledRule rule, Node node, Arrival arrival) {
        String row = TaskState.nodeRow('m', rule, node.number());
        byte[] before = state.get(row);
        Matcher.Step step = matcher.offer(node.shape(), before, arrival);
        if (step.memory() != null) {
            state.put(row, step.memory());
        } else if (before != null) {
            state.remove(row);
        }
        return step.matched();
    }

    private int next(CompiledRule rule, Node seq) {
        byte[] row = state.get(TaskState.nodeRow('s', rule, seq.number()));
        return row == null ? 0 : ByteBuffer.wrap(row).getInt();
    }

    private SlotSet slots(CompiledRule rule, Node join) {
        int expected = join.expression() instanceof Gather
                ? SlotSet.UNKNOWN
                : join.expression().children().size();
        return new SlotSet(state, TaskState.nodeRow('s', rule, join.number()), expected);
    }
}
