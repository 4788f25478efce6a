package io.talflow.tal.semantics;

import io.talflow.tal.semantics.CompiledRule.Node;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The ways of a sequence of single events: each arrival of its first part may open one, and its pattern holds them. What
 * filled their parts is kept by the number of the arrival, since a match names its arrivals.
 */
final class Ways {
    /** Ways a sequence may have open. An arrival costs Flink's NFA the square of their number: 0.1 ms with these, 2 ms with 1,000. */
    static final int MOST = 256;

    private final TaskRun run;
    private final TaskState state;
    private final Captured captured;

    /**
     * The row {@code s/R.K} of a sequence.
     *
     * @param next number of the next arrival
     * @param oldest number of the oldest arrival that is still part of a way
     * @param event number of the last log event that was part of one
     */
    private record Numbers(int next, int oldest, long event) {
        static Numbers of(byte[] row) {
            if (row == null) {
                return new Numbers(0, 0, 0);
            }
            ByteBuffer in = ByteBuffer.wrap(row);
            return new Numbers(in.getInt(), in.getInt(), in.getLong());
        }

        byte[] row() {
            return ByteBuffer.allocate(2 * Integer.BYTES + Long.BYTES)
                    .putInt(next)
                    .putInt(oldest)
                    .putLong(event)
                    .array();
        }
    }

    Ways(TaskRun run, Captured captured) {
        this.run = run;
        this.state = run.state;
        this.captured = captured;
    }

    /** @param leaves by the number of the part, the leaf the occurrence came by; null where the part does not take it */
    Matcher.Step offer(CompiledRule rule, Node seq, Node[] leaves, Occurrence occurrence) {
        breakUp(rule, seq, run.header.events - 1);
        Numbers numbers = numbers(rule, seq);
        long slots = 0;
        for (int part = 0; part < leaves.length; part++) {
            slots |= leaves[part] == null ? 0 : Arrival.slot(part);
        }
        Arrival arrival = new Arrival(slots, numbers.next(), run.nowMicros, false);
        Matcher.Step step = run.pattern(rule, seq, memory -> run.matcher.offer(seq.shape(), memory, arrival));
        if (step.taken()) {
            numbers = new Numbers(numbers.next() + 1, numbers.oldest(), run.header.events);
            if (rule.capturesBelow(seq)) {
                state.put(arrivalRow(rule, seq, arrival.number()), captureRow(leaves, occurrence));
            }
        }
        if (step.matched()) {
            captured.clear(rule, seq);
            for (int part = 0; part < step.match().size(); part++) {
                capture(rule, seq, part, step.match().get(part));
            }
            return step;
        }
        if (step.ways().count() > MOST) {
            throw TaskFailure.ofRule(
                    "Task.TooManyPartialMatches",
                    rule,
                    seq.expression().position(),
                    "a seq may have %d unfinished beginnings; give it a shorter 'within', or a filter to its first part"
                            .formatted(MOST));
        }
        settle(rule, seq, numbers, step.ways());
        return step;
    }

    /** Moves the pattern's clock. @return how many ways have ended */
    int advance(CompiledRule rule, Node seq, long micros) {
        breakUp(rule, seq, run.header.events);
        Matcher.Step step = run.pattern(rule, seq, memory -> run.matcher.advance(seq.shape(), memory, micros));
        settle(rule, seq, numbers(rule, seq), step.ways());
        return step.timedOut();
    }

    /** Tells a strict sequence that something lay between: that the last of its events was before {@code event}. */
    private void breakUp(CompiledRule rule, Node seq, long event) {
        if (seq.shape().kind() == Shape.Kind.STRICT
                && numbers(rule, seq).event() < event
                && state.get(TaskState.nodeRow('m', rule, seq.number())) != null) {
            Arrival other = new Arrival(Arrival.OTHER, 0, run.nowMicros, false);
            Matcher.Step step = run.pattern(rule, seq, memory -> run.matcher.offer(seq.shape(), memory, other));
            settle(rule, seq, numbers(rule, seq), step.ways());
        }
    }

    /** Drops what no way holds any more, and sets the clock for the oldest. */
    private void settle(CompiledRule rule, Node seq, Numbers numbers, Matcher.Ways open) {
        int oldest = open.oldest() == null ? numbers.next() : open.oldest().number();
        drop(rule, seq, numbers.oldest(), oldest);
        if (open.count() == 0) {
            state.remove(TaskState.nodeRow('s', rule, seq.number()));
            drop(rule, seq, oldest, numbers.next());
        } else {
            state.put(
                    TaskState.nodeRow('s', rule, seq.number()),
                    new Numbers(numbers.next(), oldest, numbers.event()).row());
        }
        if (seq.shape().isTimed()) {
            String timer = Nodes.timer(rule, seq);
            if (open.count() == 0) {
                run.timers.cancel(timer);
            } else {
                run.timers.set(timer, open.oldest().timeMicros() + seq.shape().windowMicros(), rule.rank(seq));
            }
        }
    }

    void clear(CompiledRule rule, Node seq) {
        Numbers numbers = numbers(rule, seq);
        drop(rule, seq, numbers.oldest(), numbers.next());
        state.remove(TaskState.nodeRow('s', rule, seq.number()));
    }

    private void drop(CompiledRule rule, Node seq, int from, int to) {
        if (rule.capturesBelow(seq)) {
            for (int number = from; number < to; number++) {
                state.remove(arrivalRow(rule, seq, number));
            }
        }
    }

    private Numbers numbers(CompiledRule rule, Node seq) {
        return Numbers.of(state.get(TaskState.nodeRow('s', rule, seq.number())));
    }

    private static String arrivalRow(CompiledRule rule, Node seq, int number) {
        return TaskState.nodeRow('a', rule, seq.number()) + "." + number;
    }

    /** The number of each part's leaf, then the event. */
    private static byte[] captureRow(Node[] leaves, Occurrence occurrence) {
        byte[] event = occurrence.row();
        ByteBuffer row = ByteBuffer.allocate(leaves.length * Integer.BYTES + event.length);
        for (Node leaf : leaves) {
            row.putInt(leaf == null ? -1 : leaf.number());
        }
        return row.put(event).array();
    }

    /** What filled a part of the match, where an expression looks for it. */
    private void capture(CompiledRule rule, Node seq, int part, Arrival arrival) {
        byte[] row = state.get(arrivalRow(rule, seq, arrival.number()));
        if (row == null) {
            return;
        }
        int head = seq.expression().children().size() * Integer.BYTES;
        byte[] event = Arrays.copyOfRange(row, head, row.length);
        Node leaf = rule.node(ByteBuffer.wrap(row).getInt(part * Integer.BYTES));
        for (Node node : new Node[] {leaf, rule.child(seq, part)}) {
            if (rule.captures(node)) {
                state.put(TaskState.nodeRow('v', rule, node.number()), event);
            }
        }
    }
}
