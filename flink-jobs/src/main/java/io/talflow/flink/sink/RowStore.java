package io.talflow.flink.sink;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.state.MapState;

/**
 * The rows of the tasks that events come for now, in memory before keyed state. A row is written to keyed state at the
 * latest when a checkpoint is taken, so one that is written again and again, or is gone before that, costs keyed state
 * little or nothing; most of a short task never gets there.
 *
 * <p>A task no event came for since the checkpoint before the last is dropped from memory. Not thread-safe.
 */
final class RowStore {
    /** Rows that wait to be written; of what is more, some is written with each event, so a checkpoint has little left. */
    private static final int MAX_CHANGED = 4_096;
    /** Rows written with an event once there are more than that. */
    private static final int AT_ONCE = 16;
    /** Rows kept of one task; of a larger one a row is dropped when it is written, and the rest when a checkpoint is taken. */
    private static final int MAX_KEPT = 1_024;

    /** Sets the task whose keyed state is read and written. */
    interface Key {
        void set(String task);
    }

    private final MapState<String, byte[]> state;
    private final Key key;
    private final Map<String, TaskRows> tasks = new HashMap<>();
    private final Deque<Row> changed = new ArrayDeque<>();
    private long checkpoints;

    RowStore(MapState<String, byte[]> state, Key key) {
        this.state = state;
        this.key = key;
    }

    /** A row as memory has it. */
    private static final class Row {
        private final TaskRows owner;
        private final String name;
        /** Null: there is none. */
        private byte[] value;
        /** Whether keyed state has one. */
        private boolean stored;

        private boolean changed;

        Row(TaskRows owner, String name, byte[] value) {
            this.owner = owner;
            this.name = name;
            this.value = value;
            this.stored = value != null;
        }
    }

    /** The rows of one task. */
    final class TaskRows {
        private final String task;
        private final Map<String, Row> rows = new HashMap<>();
        private long used;
        /** Whether keyed state has no row that is not here, so that a new task need not look there for each of its own. */
        private boolean complete;

        private TaskRows(String task) {
            this.task = task;
        }

        /** The row, or null. The task must be the current key. */
        byte[] get(String name) {
            return row(name).value;
        }

        /** @param value null removes the row */
        void put(String name, byte[] value) {
            Row row = row(name);
            row.value = value;
            if (!row.changed) {
                row.changed = true;
                changed.add(row);
            }
        }

        /** There is no row of it anywhere. */
        void none() {
            complete = true;
        }

        /** Shows every row, whether memory or keyed state has it. The task must be the current key. */
        void each(BiConsumer<String, byte[]> seen) {
            try {
                for (Map.Entry<String, byte[]> stored : state.entries()) {
                    if (!rows.containsKey(stored.getKey())) {
                        seen.accept(stored.getKey(), stored.getValue());
                    }
                }
            } catch (Exception e) {
                throw new IllegalStateException("the rows of %s cannot be read".formatted(task), e);
            }
            rows.forEach((name, row) -> {
                if (row.value != null) {
                    seen.accept(name, row.value);
                }
            });
        }

        private Row row(String name) {
            Row row = rows.get(name);
            if (row == null) {
                row = new Row(this, name, load(name));
                rows.put(name, row);
            }
            return row;
        }

        /** Keyed state has the row as it is. Those of a task with many would fill the memory between two checkpoints. */
        private void wrote(Row row) {
            if (rows.size() > MAX_KEPT) {
                rows.remove(row.name);
                complete = false;
            }
        }

        private byte[] load(String name) {
            if (complete) {
                return null;
            }
            try {
                return state.get(name);
            } catch (Exception e) {
                throw new IllegalStateException("row %s of %s cannot be read".formatted(name, task), e);
            }
        }
    }

    /** The rows of a task; it must be the current key while they are read. */
    TaskRows of(String task) {
        TaskRows rows = tasks.computeIfAbsent(task, TaskRows::new);
        rows.used = checkpoints;
        return rows;
    }

    /** Writes some of what waits, if much does. The current key is another afterwards. */
    void relieve() throws Exception {
        if (changed.size() > MAX_CHANGED) {
            for (int at = 0; at < AT_ONCE; at++) {
                write(changed.poll());
            }
        }
    }

    /** Writes everything that waits, and forgets what nobody came for. The current key is another afterwards. */
    void flush() throws Exception {
        List<Row> all = new ArrayList<>(changed);
        changed.clear();
        // One task after the other: a change of key costs more than a write.
        all.sort((a, b) -> a.owner.task.compareTo(b.owner.task));
        for (Row row : all) {
            write(row);
        }
        checkpoints++;
        for (Iterator<TaskRows> each = tasks.values().iterator(); each.hasNext(); ) {
            TaskRows rows = each.next();
            if (rows.used < checkpoints - 1) {
                each.remove();
            } else if (rows.rows.size() > MAX_KEPT) {
                rows.rows.clear();
                rows.complete = false;
            } else {
                rows.rows.values().removeIf(row -> row.value == null);
            }
        }
    }

    private void write(Row row) throws Exception {
        row.changed = false;
        if (row.value != null) {
            key.set(row.owner.task);
            state.put(row.name, row.value);
            row.stored = true;
        } else if (row.stored) {
            key.set(row.owner.task);
            state.remove(row.name);
            row.stored = false;
        }
        row.owner.wrote(row);
    }
}
