package io.talflow.tal.semantics;

import java.util.function.BiConsumer;

/**
 * One task's state: named rows of bytes, read and written one by one, so that an event costs what it touches and not
 * what the task holds. The Flink operator puts keyed state behind it, the interpreter a map.
 */
public interface Rows {
    /** The row, or null. The caller does not change the array. */
    byte[] get(String name);

    /** Replaces the row. The caller gives the array away. */
    void put(String name, byte[] row);

    void remove(String name);

    /** Told by who has found that the task has not begun: there is no row of it, and none need be looked for. */
    default void none() {}

    /** Shows every row, in no order. It costs what the task holds, so it is for a question and never for what an event does. */
    void each(BiConsumer<String, byte[]> seen);
}
