package io.talflow.tal.semantics;

import java.nio.ByteBuffer;

/**
 * The set of filled slots of a join, in rows of 4,096 bits, so that an arrival costs the same at any width.
 *
 * <p>A summary row holds the number of filled slots, the number expected and the highest slot filled.
 */
final class SlotSet {
    /** Not known yet: the stream has not closed. */
    static final int UNKNOWN = -1;
    /** It will never be known: the stream has failed. */
    static final int FAILED = -2;

    private static final int CHUNK_BITS = 4096;
    private final TaskState state;
    private final String name;
    private int filled;
    private int expected;
    private int highest;

    SlotSet(TaskState state, String name, int expectedAtFirst) {
        this.state = state;
        this.name = name;
        byte[] summary = state.get(name);
        if (summary == null) {
            expected = expectedAtFirst;
            highest = -1;
        } else {
            ByteBuffer in = ByteBuffer.wrap(summary);
            filled = in.getInt();
            expected = in.getInt();
            highest = in.getInt();
        }
    }

    /** @return whether the slot was empty */
    boolean fill(int slot) {
        String chunkName = chunk(slot / CHUNK_BITS);
        byte[] old = state.get(chunkName);
        byte[] chunk = old == null ? new byte[chunkBytes()] : old.clone();
        int bit = slot % CHUNK_BITS;
        int mask = 1 << (bit & 7);
        if ((chunk[bit >> 3] & mask) != 0) {
            return false;
        }
        chunk[bit >> 3] |= (byte) mask;
        state.put(chunkName, chunk);
        filled++;
        highest = Math.max(highest, slot);
        save();
        return true;
    }

    boolean isFilled(int slot) {
        byte[] chunk = state.get(chunk(slot / CHUNK_BITS));
        int bit = slot % CHUNK_BITS;
        return chunk != null && (chunk[bit >> 3] & 1 << (bit & 7)) != 0;
    }

    void expect(int slots) {
        expected = slots;
        save();
    }

    boolean complete() {
        return filled == expected;
    }

    boolean hasFilled(int slots) {
        return filled >= slots;
    }

    int expected() {
        return expected;
    }

    int filled() {
        return filled;
    }

    /** Number of slots from 0 to the highest filled or expected. */
    int width() {
        return Math.max(expected, highest + 1);
    }

    boolean isEmpty() {
        return filled == 0 && highest < 0;
    }

    void clear() {
        for (int chunk = 0; chunk * CHUNK_BITS <= highest; chunk++) {
            state.remove(chunk(chunk));
        }
        state.remove(name);
    }

    private int chunkBytes() {
        return expected > 0 && expected <= CHUNK_BITS ? (expected + 7) / 8 : CHUNK_BITS / 8;
    }

    private void save() {
        state.put(
                name,
                ByteBuffer.allocate(3 * Integer.BYTES)
                        .putInt(filled)
                        .putInt(expected)
                        .putInt(highest)
                        .array());
    }

    private String chunk(int number) {
        return name + "/" + number;
    }
}
