package io.talflow.flink.sink;

import io.talflow.tal.semantics.Rows;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** What one event does to the rows of its task: seen by itself at once, by everybody else when it is kept, or not at all. */
final class StateRows implements Rows {
    private static final byte[] ABSENT = new byte[0];
    private final RowStore.TaskRows rows;
    private final Map<String, byte[]> written = new HashMap<>();

    StateRows(RowStore.TaskRows rows) {
        this.rows = rows;
    }

    @Override
    public byte[] get(String name) {
        byte[] row = written.get(name);
        return row == null ? rows.get(name) : row == ABSENT ? null : row;
    }

    @Override
    public void put(String name, byte[] row) {
        written.put(name, row);
    }

    @Override
    public void remove(String name) {
        written.put(name, ABSENT);
    }

    @Override
    public void none() {
        rows.none();
    }

    @Override
    public void each(BiConsumer<String, byte[]> seen) {
        rows.each((name, row) -> {
            if (!written.containsKey(name)) {
                seen.accept(name, row);
            }
        });
        written.forEach((name, row) -> {
            if (row != ABSENT) {
                seen.accept(name, row);
            }
        });
    }

    /** Keeps what was written. */
    void keep() {
        written.forEach((name, row) -> {
            if (row != ABSENT) {
                rows.put(name, row);
            } else if (rows.get(name) != null) {
                rows.put(name, null);
            }
        });
        written.clear();
    }
}
