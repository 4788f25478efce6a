package io.talflow.tal.semantics;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Absent;
import io.talflow.tal.model.EventExpression.All;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.AtLeast;
import io.talflow.tal.model.EventExpression.Batch;
import io.talflow.tal.model.EventExpression.Count;
import io.talflow.tal.model.EventExpression.Every;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Leaf;
import io.talflow.tal.model.EventExpression.Seq;
import io.talflow.tal.semantics.CompiledRule.Node;
import io.talflow.tal.semantics.Triggers.Outcome;

/** A child of a node has happened: what that is to the node. One kind of node, one method. */
final class Arriving implements EventExpression.Visitor<Outcome> {
    private final Nodes nodes;
    private final Captured captured;
    private final CompiledRule rule;
    private final Node parent;
    private final Node child;
    private final int slot;
    private final Occurrence occurrence;

    Arriving(Nodes nodes, CompiledRule rule, Node child, int slot, Occurrence occurrence) {
        this.nodes = nodes;
        this.captured = nodes.captured();
        this.rule = rule;
        this.parent = rule.node(child.parent());
        this.child = child;
        this.slot = slot;
        this.occurrence = occurrence;
    }

    @Override
    public Outcome leaf(Leaf leaf) {
        throw new IllegalStateException("a leaf has no parts");
    }

    @Override
    public Outcome every(Every every) {
        throw new IllegalStateException("every has no parts");
    }

    @Override
    public Outcome any(Any any) {
        captured.clearUnhappened(rule, parent, child::equals);
        captured.put(rule, child, occurrence);
        return nodes.offered(rule, parent, nodes.arrival(true), occurrence);
    }

    @Override
    public Outcome all(All all) {
        return fill(all.children().size());
    }

    @Override
    public Outcome atLeast(AtLeast atLeast) {
        return fill(atLeast.least());
    }

    private Outcome fill(int least) {
        nodes.openWindow(rule, parent);
        captured.put(rule, child, occurrence);
        SlotSet slots = nodes.slots(rule, parent);
        slots.fill(slot);
        boolean complete = slots.hasFilled(least);
        if (complete && !slots.complete()) {
            captured.clearUnhappened(rule, parent, part -> slots.isFilled(part.slot()));
        }
        return nodes.offered(rule, parent, nodes.arrival(complete), occurrence);
    }

    @Override
    public Outcome gather(Gather gather) {
        nodes.openWindow(rule, parent);
        captured.putSlice(rule, parent, child, slot, occurrence);
        SlotSet slots = nodes.slots(rule, parent);
        slots.fill(slot);
        return nodes.offered(rule, parent, nodes.arrival(slots.complete()), occurrence);
    }

    @Override
    public Outcome count(Count count) {
        nodes.openWindow(rule, parent);
        return counted(nodes.held(rule, parent), count.count());
    }

    @Override
    public Outcome batch(Batch batch) {
        int held = nodes.held(rule, parent);
        if (held == 0) {
            batch.maxWait().ifPresent(wait -> nodes.setTimer(rule, parent, ShapeOf.micros(wait)));
        }
        return counted(held, batch.size());
    }

    private Outcome counted(int held, int most) {
        captured.putNumbered(rule, child, held, occurrence);
        nodes.hold(rule, parent, held + 1);
        return nodes.offered(rule, parent, nodes.arrival(held + 1 == most), occurrence);
    }

    @Override
    public Outcome seq(Seq seq) {
        if (slot == 0 && parent.shape().isTimed()) {
            nodes.setTimer(rule, parent, parent.shape().windowMicros());
        }
        captured.put(rule, child, occurrence);
        nodes.hold(rule, parent, slot + 1);
        Outcome outcome = nodes.offered(rule, parent, nodes.arrivalAt(slot), occurrence);
        if (outcome == Outcome.TAKEN && slot + 1 < seq.children().size()) {
            nodes.open(rule, rule.child(parent, slot + 1));
        }
        return outcome;
    }

    @Override
    public Outcome absent(Absent absent) {
        if (slot == 0) {
            captured.put(rule, child, occurrence);
            return nodes.openAbsent(rule, parent);
        }
        nodes.offer(rule, parent, nodes.arrivalAt(1));
        nodes.timeOut(rule, parent);
        return Outcome.TAKEN;
    }
}
