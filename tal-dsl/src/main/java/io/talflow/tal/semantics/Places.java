package io.talflow.tal.semantics;

import java.nio.ByteBuffer;

/**
 * The places a rule with {@code maxConcurrency} has, and who waits for one: {@code q/R} counts, {@code q/R#I} names a call. A
 * call that is tried again waits before the first.
 */
final class Places {
    private final TaskState state;

    private record Queue(int taken, int head, int tail) {
        static Queue of(byte[] row) {
            if (row == null) {
                return new Queue(0, 0, 0);
            }
            ByteBuffer in = ByteBuffer.wrap(row);
            return new Queue(in.getInt(), in.getInt(), in.getInt());
        }

        byte[] row() {
            return ByteBuffer.allocate(3 * Integer.BYTES)
                    .putInt(taken)
                    .putInt(head)
                    .putInt(tail)
                    .array();
        }
    }

    Places(TaskState state) {
        this.state = state;
    }

    /** @return whether there was a place, and nobody who waits for it */
    boolean take(String rule, int most) {
        Queue queue = read(rule);
        if (queue.taken() >= most || queue.head() != queue.tail()) {
            return false;
        }
        write(rule, new Queue(queue.taken() + 1, queue.head(), queue.tail()));
        return true;
    }

    void queue(Invocation invocation) {
        Queue queue = read(invocation.ruleRow());
        state.putText(place(invocation.ruleRow(), queue.tail()), invocation.call());
        write(invocation.ruleRow(), new Queue(queue.taken(), queue.head(), queue.tail() + 1));
    }

    void queueFirst(Invocation invocation) {
        Queue queue = read(invocation.ruleRow());
        state.putText(place(invocation.ruleRow(), queue.head() - 1), invocation.call());
        write(invocation.ruleRow(), new Queue(queue.taken(), queue.head() - 1, queue.tail()));
    }

    /** A place is free. @return the call that takes it; null: nobody waits */
    String free(String rule) {
        Queue queue = read(rule);
        if (queue.head() == queue.tail()) {
            write(rule, new Queue(Math.max(0, queue.taken() - 1), queue.head(), queue.tail()));
            return null;
        }
        String place = place(rule, queue.head());
        String call = state.text(place);
        state.remove(place);
        write(rule, new Queue(queue.taken(), queue.head() + 1, queue.tail()));
        return call;
    }

    /** Numbers of the places that may still be there. */
    int[] range(String rule) {
        Queue queue = read(rule);
        return new int[] {queue.head(), queue.tail()};
    }

    private Queue read(String rule) {
        return Queue.of(state.get("q/" + rule));
    }

    private void write(String rule, Queue queue) {
        state.put("q/" + rule, queue.row());
    }

    private static String place(String rule, int number) {
        return "q/" + rule + "#" + number;
    }
}
