package io.talflow.tal.semantics;

import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.EventExpression.Gather;
import io.talflow.tal.semantics.CompiledRule.Node;
import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * The events that filled the nodes of a rule, kept where an expression of it looks at them: {@code v/R.K}, of a count's or
 * batch's part {@code v/R.K.I} by order, of a gather's member {@code v/R.K.G~I} by slice.
 *
 * <p>G counts the rounds of a gather: the rows of a wide one are removed a thousand at a time, while the next round may
 * already write its own.
 */
final class Captured {
    /** Rows removed at once; more than that wait for the sweeper. */
    private static final int AT_ONCE = 256;

    private final TaskRun run;
    private final TaskState state;

    /**
     * How much a node holds.
     *
     * @param count slices or events
     * @param round of a gather
     */
    record Held(int count, int round) {
        static Held of(byte[] row) {
            if (row == null) {
                return new Held(0, 0);
            }
            ByteBuffer in = ByteBuffer.wrap(row);
            return new Held(in.getInt(), in.getInt());
        }

        byte[] row() {
            return ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt(count)
                    .putInt(round)
                    .array();
        }
    }

    Captured(TaskRun run) {
        this.run = run;
        this.state = run.state;
    }

    void put(CompiledRule rule, Node node, Occurrence occurrence) {
        if (rule.captures(node)) {
            state.put(TaskState.nodeRow('v', rule, node.number()), occurrence.row());
        }
    }

    void putNumbered(CompiledRule rule, Node part, int number, Occurrence occurrence) {
        if (rule.captures(part)) {
            state.put(numbered(rule, part, number), occurrence.row());
        }
    }

    void putSlice(CompiledRule rule, Node gather, Node member, int slice, Occurrence occurrence) {
        if (rule.captures(member)) {
            state.put(sliced(rule, member, held(state, rule, gather).round(), slice), occurrence.row());
        }
    }

    static String numbered(CompiledRule rule, Node part, int number) {
        return TaskState.nodeRow('v', rule, part.number()) + "." + number;
    }

    static String sliced(CompiledRule rule, Node member, int round, int slice) {
        return TaskState.nodeRow('v', rule, member.number()) + "." + round + "~" + slice;
    }

    /** How much a count, batch or gather held when it happened or its time was over. */
    static Held held(TaskState state, CompiledRule rule, Node node) {
        return Held.of(state.get(TaskState.nodeRow('n', rule, node.number())));
    }

    /** Notes how much a node holds, before it forgets. */
    void settle(CompiledRule rule, Node node) {
        boolean gather = node.expression() instanceof Gather;
        if ((gather || node.collects()) && rule.captures(rule.node(node.number() + 1))) {
            Held before = held(state, rule, node);
            state.put(TaskState.nodeRow('n', rule, node.number()), new Held(width(rule, node), before.round()).row());
        }
    }

    private int width(CompiledRule rule, Node node) {
        String slots = TaskState.nodeRow('s', rule, node.number());
        return node.collects() ? state.number(slots) : new SlotSet(state, slots, SlotSet.UNKNOWN).width();
    }

    /** Drops what those parts of a node hold that have not happened: it is done without them. */
    void clearUnhappened(CompiledRule rule, Node parent, Predicate<Node> hasHappened) {
        if (!rule.capturesBelow(parent)) {
            return;
        }
        for (int number = parent.number() + 1;
                number < parent.end();
                number = rule.node(number).end()) {
            Node part = rule.node(number);
            if (!hasHappened.test(part)) {
                clear(rule, part);
            }
        }
    }

    /** Drops what a node and those below it hold. */
    void clear(CompiledRule rule, Node node) {
        if (!rule.capturesBelow(node)) {
            return;
        }
        for (int number = node.number(); number < node.end(); number++) {
            Node below = rule.node(number);
            EventExpression expression = below.expression();
            if (expression instanceof Gather || below.collects()) {
                clearHeld(rule, below, rule.node(number + 1));
            }
            if (rule.captures(below)) {
                state.remove(TaskState.nodeRow('v', rule, number));
            }
        }
    }

    private void clearHeld(CompiledRule rule, Node node, Node part) {
        if (!rule.captures(part)) {
            return;
        }
        Held held = held(state, rule, node);
        int count = Math.max(held.count(), width(rule, node));
        boolean gather = node.expression() instanceof Gather;
        String prefix = gather ? sliced(rule, part, held.round(), 0) : numbered(rule, part, 0);
        prefix = prefix.substring(0, prefix.length() - 1);
        if (gather && count > AT_ONCE) {
            run.garbage.add(prefix, "", 0, count);
            state.put(TaskState.nodeRow('n', rule, node.number()), new Held(0, held.round() + 1).row());
            return;
        }
        for (int at = 0; at < count; at++) {
            state.remove(prefix + at);
        }
        if (held.round() == 0) {
            state.remove(TaskState.nodeRow('n', rule, node.number()));
        } else {
            state.put(TaskState.nodeRow('n', rule, node.number()), new Held(0, held.round()).row());
        }
    }
}
