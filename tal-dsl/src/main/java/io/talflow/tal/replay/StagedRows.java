package io.talflow.tal.replay;

import io.talflow.tal.semantics.Rows;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/** A task's rows in memory; what one event changes is kept or discarded as a whole. */
final class StagedRows implements Rows {
    private final Map<String, byte[]> rows = new HashMap<>();
    /** What the event has changed; a row that is removed is null. */
    private final Map<String, byte[]> changes = new HashMap<>();

    @Override
    public byte[] get(String name) {
        return changes.containsKey(name) ? changes.get(name) : rows.get(name);
    }

    @Override
    public void put(String name, byte[] row) {
        changes.put(name, row);
    }

    @Override
    public void remove(String name) {
        changes.put(name, null);
    }

    @Override
    public void each(BiConsumer<String, byte[]> seen) {
        Map<String, byte[]> all = new HashMap<>(rows);
        all.putAll(changes);
        all.values().removeIf(Objects::isNull);
        all.forEach(seen);
    }

    void keep() {
        changes.forEach((name, row) -> {
            if (row == null) {
                rows.remove(name);
            } else {
                rows.put(name, row);
            }
        });
        changes.clear();
    }

    void discard() {
        changes.clear();
    }
}
