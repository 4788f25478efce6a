package io.talflow.eval.jmh;

import io.talflow.tal.semantics.Rows;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Rows in memory that can go back to where they were settled. */
final class LayeredRows implements Rows {
    private static final byte[] ABSENT = new byte[0];
    private final Map<String, byte[]> settled = new HashMap<>();
    private final Map<String, byte[]> changed = new HashMap<>();

    @Override
    public byte[] get(String name) {
        byte[] row = changed.get(name);
        return row == null ? settled.get(name) : row == ABSENT ? null : row;
    }

    @Override
    public void put(String name, byte[] row) {
        changed.put(name, row);
    }

    @Override
    public void remove(String name) {
        changed.put(name, ABSENT);
    }

    @Override
    public void each(BiConsumer<String, byte[]> seen) {
        Map<String, byte[]> all = new HashMap<>(settled);
        all.putAll(changed);
        all.values().removeIf(row -> row == ABSENT);
        all.forEach(seen);
    }

    /** Keeps what there is. */
    void settle() {
        changed.forEach((name, row) -> {
            if (row == ABSENT) {
                settled.remove(name);
            } else {
                settled.put(name, row);
            }
        });
        changed.clear();
    }

    /** Forgets what has changed since. */
    void reset() {
        changed.clear();
    }
}
