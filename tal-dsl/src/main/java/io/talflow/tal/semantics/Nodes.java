package io.talflow.tal.semantics;

import io.talflow.tal.model.EventExpression.Absent;
import io.talflow.tal.model.EventExpression.Any;
import io.talflow.tal.model.EventExpression.Batch;
import io.talflow.tal.model.EventExpression.Every;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.model.EventExpression.Seq;
import io.talflow.tal.semantics.CompiledRule.Node;
import io.talflow.tal.semantics.Triggers.Outcome;
import java.util.BitSet;

/**
 * The nodes of a rule's expression at work: arrivals go up, what is filled is kept here, and whether an arrival makes a
 * node happen is the {@link Matcher}'s word, at every node.
 */
final class Nodes {
    private final TaskRun run;
    private final TaskState state;
    private final Captured captured;
    private final Ways ways;
    private final BitSet happened = new BitSet();

    Nodes(TaskRun run) {
        this.run = run;
        this.state = run.state;
        this.captured = new Captured(run);
        this.ways = new Ways(run, captured);
    }

    /** The nodes of the current rule that have happened by the current occurrence. */
    BitSet happened() {
        return happened;
    }

    Captured captured() {
        return captured;
    }

    // --- arrivals

    /** An occurrence at a leaf that is due and whose filter holds. */
    Outcome leaf(CompiledRule rule, Node leaf, int slot, Occurrence occurrence) {
        return leaf.isRoot() ? offered(rule, leaf, arrival(true), occurrence) : arrive(rule, leaf, slot, occurrence);
    }

    /**
     * An occurrence at a sequence with ways.
     *
     * @param leaves by the number of the part, the leaf that takes it, or null
     */
    Outcome ways(CompiledRule rule, Node seq, Node[] leaves, Occurrence occurrence) {
        Matcher.Step step = ways.offer(rule, seq, leaves, occurrence);
        if (step.matched()) {
            return happen(rule, seq, occurrence);
        }
        return step.taken() ? Outcome.TAKEN : Outcome.REFUSED;
    }

    /** A child has happened. */
    private Outcome arrive(CompiledRule rule, Node child, int slot, Occurrence occurrence) {
        return rule.node(child.parent()).expression().accept(new Arriving(this, rule, child, slot, occurrence));
    }

    Outcome offered(CompiledRule rule, Node node, Arrival arrival, Occurrence occurrence) {
        return offer(rule, node, arrival).matched() ? happen(rule, node, occurrence) : Outcome.TAKEN;
    }

    Outcome happen(CompiledRule rule, Node node, Occurrence occurrence) {
        happened.set(node.number());
        captured.settle(rule, node);
        forget(rule, node);
        return node.isRoot() ? Outcome.MATCHED : arrive(rule, node, node.slot(), occurrence);
    }

    /** An arrival of which no pattern asks the part. */
    Arrival arrival(boolean complete) {
        return new Arrival(Arrival.slot(0), 0, run.nowMicros, complete);
    }

    Arrival arrivalAt(int part) {
        return new Arrival(Arrival.slot(part), 0, run.nowMicros, false);
    }

    Matcher.Step offer(CompiledRule rule, Node node, Arrival arrival) {
        return run.pattern(rule, node, memory -> run.matcher.offer(node.shape(), memory, arrival));
    }

    void setTimer(CompiledRule rule, Node node, long afterMicros) {
        run.timers.set(timer(rule, node), run.nowMicros + afterMicros, rule.rank(node));
    }

    /** Opens the window of a set at its first arrival. */
    void openWindow(CompiledRule rule, Node node) {
        if (node.shape().isTimed() && !isOpen(rule, node)) {
            offer(rule, node, new Arrival(Arrival.OPENING, 0, run.nowMicros, false));
            setTimer(rule, node, node.shape().windowMicros());
        }
    }

    /** A stream has closed. */
    Outcome close(CompiledRule rule, Node gather, int width, Occurrence occurrence) {
        openWindow(rule, gather);
        SlotSet slots = slots(rule, gather);
        slots.expect(width);
        return offered(rule, gather, arrival(slots.complete()), occurrence);
    }

    /** What a batch holds is complete: its time is over, or its stream. @return whether that makes the rule match */
    boolean flush(CompiledRule rule, Node batch, Occurrence occurrence) {
        return held(rule, batch) > 0 && offered(rule, batch, arrival(true), occurrence) == Outcome.MATCHED;
    }

    // --- time

    /** A tick of {@code every}. */
    Outcome tick(CompiledRule rule, Node every, Occurrence occurrence) {
        happened.clear();
        Outcome outcome = offer(rule, every, arrival(true)).matched() ? Outcome.MATCHED : Outcome.REFUSED;
        if (outcome == Outcome.REFUSED || every.isRoot()) {
            return outcome;
        }
        return arrive(rule, every, every.slot(), occurrence);
    }

    /** The time of {@code absent} is over. */
    Outcome wasAbsent(CompiledRule rule, Node absent, Occurrence occurrence) {
        happened.clear();
        return advance(rule, absent).matched() ? happen(rule, absent, occurrence) : Outcome.REFUSED;
    }

    /** The time of a window is over. @return how often that is a time-out: of a sequence with ways once a way */
    int endOfWindow(CompiledRule rule, Node node) {
        if (node.hasWays()) {
            return ways.advance(rule, node, run.nowMicros);
        }
        int ended = advance(rule, node).timedOut();
        if (node.isRoot()) {
            captured.settle(rule, node);
            captured.clearUnhappened(rule, node, part -> hasHappened(rule, node, part));
        } else {
            timeOut(rule, node);
        }
        return ended;
    }

    /** Whether a part has happened, of a node that has not. */
    private boolean hasHappened(CompiledRule rule, Node node, Node part) {
        if (node.expression() instanceof Seq) {
            return part.slot() < held(rule, node);
        }
        return node.collects()
                || node.expression() instanceof Gather
                || slots(rule, node).isFilled(part.slot());
    }

    private Matcher.Step advance(CompiledRule rule, Node node) {
        return run.pattern(rule, node, memory -> run.matcher.advance(node.shape(), memory, run.nowMicros));
    }

    // --- beginning

    /** Begins what waits from the time its rule is armed. */
    void arm(CompiledRule rule) {
        for (Node node : rule.nodes()) {
            if (node.expression() instanceof Every every) {
                setTimer(rule, node, ShapeOf.micros(every.period()));
            }
        }
        open(rule, rule.root());
    }

    /** Opens each {@code absent} without {@code after} at or below a node, of a sequence in its first part only. */
    void open(CompiledRule rule, Node node) {
        if (node.expression() instanceof Absent absent && absent.opensWhenArmed()) {
            openAbsent(rule, node);
            return;
        }
        for (int number = node.number() + 1;
                number < node.end();
                number = rule.node(number).end()) {
            open(rule, rule.node(number));
            if (node.expression() instanceof Seq) {
                return;
            }
        }
    }

    Outcome openAbsent(CompiledRule rule, Node absent) {
        offer(rule, absent, arrivalAt(0));
        if (!isOpen(rule, absent)) {
            return Outcome.REFUSED;
        }
        setTimer(rule, absent, absent.shape().windowMicros());
        return Outcome.TAKEN;
    }

    // --- turns

    /** Whether a part is still empty and its turn has come, all the way up. */
    boolean isDue(CompiledRule rule, Node part, int slotOfPart) {
        int slot = slotOfPart;
        for (int up = part.parent(); up >= 0; up = rule.node(up).parent()) {
            Node parent = rule.node(up);
            if (!takes(rule, parent, slot)) {
                return false;
            }
            slot = parent.slot();
        }
        return true;
    }

    private boolean takes(CompiledRule rule, Node parent, int slot) {
        if (parent.expression() instanceof Any || parent.collects() || parent.hasWays()) {
            return true;
        }
        if (parent.expression() instanceof Seq) {
            return held(rule, parent) == slot;
        }
        if (parent.expression() instanceof Absent absent) {
            boolean open = isOpen(rule, parent);
            return slot == 0 ? !open && !absent.opensWhenArmed() : open;
        }
        return !slots(rule, parent).isFilled(slot);
    }

    // --- what a node remembers

    boolean isOpen(CompiledRule rule, Node node) {
        return state.get(TaskState.nodeRow('m', rule, node.number())) != null;
    }

    /** The part of a sequence whose turn it is; of a count or batch how many events it holds. */
    int held(CompiledRule rule, Node node) {
        return state.number(TaskState.nodeRow('s', rule, node.number()));
    }

    void hold(CompiledRule rule, Node node, int held) {
        state.putNumber(TaskState.nodeRow('s', rule, node.number()), held);
    }

    SlotSet slots(CompiledRule rule, Node join) {
        int expected = join.expression() instanceof Gather
                ? SlotSet.UNKNOWN
                : join.expression().children().size();
        return new SlotSet(state, TaskState.nodeRow('s', rule, join.number()), expected);
    }

    static String timer(CompiledRule rule, Node node) {
        return "w/" + rule.row() + "." + node.number();
    }

    /** Forgets how far a node and those below it have come; what they captured stays. */
    private void forget(CompiledRule rule, Node node) {
        for (int number = node.number(); number < node.end(); number++) {
            Node below = rule.node(number);
            if (!below.isLeaf() && !(below.expression() instanceof Every)) {
                forgetOne(rule, below);
            }
        }
    }

    private void forgetOne(CompiledRule rule, Node node) {
        String memory = TaskState.nodeRow('m', rule, node.number());
        if (node.shape().remembers() && state.get(memory) != null) {
            state.remove(memory);
        }
        if (node.shape().isTimed() || node.expression() instanceof Batch) {
            run.timers.cancel(timer(rule, node));
        }
        if (node.hasWays()) {
            ways.clear(rule, node);
        } else if (node.collects() || node.expression() instanceof Seq) {
            state.remove(TaskState.nodeRow('s', rule, node.number()));
        } else if (node.shape().kind() == Shape.Kind.LAST) {
            slots(rule, node).clear();
        }
    }

    /** Forgets a part: its window has ended, or what it waited for is out of the question. */
    void timeOut(CompiledRule rule, Node node) {
        captured.clear(rule, node);
        forget(rule, node);
    }

    /** Begins a rule anew after a match or time-out, or, if it is deaf now, ends it. */
    void restart(CompiledRule rule, boolean deaf) {
        timeOut(rule, rule.root());
        if (deaf) {
            stop(rule);
        }
    }

    /** Cancels what would tick on. */
    void stop(CompiledRule rule) {
        for (Node node : rule.nodes()) {
            if (node.expression() instanceof Every) {
                run.timers.cancel(timer(rule, node));
            }
        }
    }
}
