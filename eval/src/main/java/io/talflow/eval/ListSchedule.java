package io.talflow.eval;

import java.util.PriorityQueue;

/** What nobody can beat: work that becomes ready bit by bit, taken by the first free of some slots, with no cost of its own. */
final class ListSchedule {
    private ListSchedule() {}

    /**
     * When the last bit is done, if the bits become ready one by one.
     *
     * @param bits how many
     * @param period bit I, from 0, is ready at (I + 1) periods
     * @param body time a bit takes, of the same unit
     * @param slots bits that can be under way at once
     * @return from the beginning, of the same unit
     */
    static double streamed(int bits, double period, double body, int slots) {
        return last(bits, period, 0, body, slots);
    }

    /** The same if none can be begun before all are ready. */
    static double listed(int bits, double period, double body, int slots) {
        return last(bits, 0, bits * period, body, slots);
    }

    private static double last(int bits, double period, double after, double body, int slots) {
        PriorityQueue<Double> free = new PriorityQueue<>();
        for (int slot = 0; slot < slots; slot++) {
            free.add(0.0);
        }
        double last = 0;
        for (int bit = 0; bit < bits; bit++) {
            double ended = Math.max(free.remove(), after + (bit + 1) * period) + body;
            free.add(ended);
            last = Math.max(last, ended);
        }
        return last;
    }
}
