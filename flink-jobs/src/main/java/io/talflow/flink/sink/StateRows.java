package io.talflow.flink.sink;

import io.talflow.tal.semantics.Rows;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.MapState;

/** A task's rows in keyed state: each is read and written at most once an event. */
final class StateRows implements Rows {
    private static final byte[] ABSENT = new byte[0];
    private final MapState<String, byte[]> state;
    private final Map<String, byte[]> read = new HashMap<>();
    private final Map<String, byte[]> written = new HashMap<>();

    StateRows(MapState<String, byte[]> state) {
        this.state = state;
    }

    @Override
    public byte[] get(String name) {
        byte[] row = written.get(name);
        if (row == null) {
            row = read.computeIfAbsent(name, this::load);
        }
        return row == ABSENT ? null : row;
    }

    @Override
    public void put(String name, byte[] row) {
        written.put(name, row);
    }

    @Override
    public void remove(String name) {
        written.put(name, ABSENT);
    }

    /** Writes what has changed. A row that was neither there before nor is now costs nothing. */
    void flush() throws Exception {
        for (Map.Entry<String, byte[]> change : written.entrySet()) {
            if (change.getValue() != ABSENT) {
                state.put(change.getKey(), change.getValue());
            } else if (read.get(change.getKey()) != ABSENT) {
                state.remove(change.getKey());
            }
        }
        written.clear();
        read.clear();
    }

    private byte[] load(String name) {
        try {
            byte[] row = state.get(name);
            return row == null ? ABSENT : row;
        } catch (Exception e) {
            throw new IllegalStateException("row %s cannot be read".formatted(name), e);
        }
    }
}
