package io.talflow.flink.sink;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.flink.api.common.state.MapState;

/**
 * The rows of the tasks that events come for now, in memory before keyed state. A row is written to keyed state at the
 * latest when a checkpoint is taken, so one that is written again and again, or is gone before that, costs keyed state
 * little or nothing; most of a short task never gets there.
 *
 * <p>What is in memory is bounded, since a collector that stops the job does so for as long as it takes to copy that.
 * Not thread-safe.
 */
final class RowStore {
    /** Rows kept of all tasks; of what is more, those of the tasks that no event came for the longest are dropped. */
    static final int MAX_ROWS = 8_192;

    /** Rows kept of one task; of a larger one a row is dropped when it is written, and the rest when a checkpoint is taken. */
    private static final int MAX_KEPT = 1_024;
    /** Rows that wait to be written; of what is more, some is written with each event, so a checkpoint has little left. */
    private static final int MAX_CHANGED = 1_024;
    /** Rows written, and tasks dropped, with an event once there are more than that. */
    private static final int AT_ONCE = 16;

    /** Sets the task whose keyed state is read and written. */
    interface Key {
        void set(String task);
    }

    private final MapState<String, byte[]> state;
    private final Key key;
    /** The last is the one that an event came for last. */
    private final Map<String, TaskRows> tasks = new LinkedHashMap<>(16, 0.75f, true);

    private final Deque<Row> changed = new ArrayDeque<>();
    /** Rows in memory, each task counted as one more. */
    private int held;

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
        /** Whether keyed state may have one. */
        private boolean stored;

        private boolean changed;

        Row(TaskRows owner, String name, byte[] value, boolean stored) {
            this.owner = owner;
            this.name = name;
            this.value = value;
            this.stored = stored;
        }
    }

    /** The rows of one task. */
    final class TaskRows {
        private final String task;
        private final Map<String, Row> rows = new HashMap<>();
        /** Rows that wait to be written, also if they are not in memory since they are nowhere. */
        private int unwritten;
        /** Whether keyed state has no row that is not here, so that a new task need not look there for each of its own. */
        private boolean complete;

        private TaskRows(String task) {
            this.task = task;
            held++;
        }

        /** The row, or null. The task must be the current key. */
        byte[] get(String name) {
            Row row = rows.get(name);
            if (row != null) {
                return row.value;
            }
            if (complete) {
                return null;
            }
            byte[] stored = load(name);
            hold(new Row(this, name, stored, stored != null));
            return stored;
        }

        /** @param value null removes the row */
        void put(String name, byte[] value) {
            Row row = rows.get(name);
            if (row == null) {
                row = hold(new Row(this, name, null, !complete));
            }
            row.value = value;
            if (!row.changed) {
                row.changed = true;
                unwritten++;
                changed.add(row);
            }
            dropIfNowhere(row);
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

        private byte[] load(String name) {
            try {
                return state.get(name);
            } catch (Exception e) {
                throw new IllegalStateException("row %s of %s cannot be read".formatted(name, task), e);
            }
        }

        private Row hold(Row row) {
            rows.put(row.name, row);
            held++;
            return row;
        }

        private void drop(Row row) {
            if (rows.remove(row.name, row)) {
                held--;
            }
        }

        /** Most rows of a short task come and go before they are written. */
        private void dropIfNowhere(Row row) {
            if (complete && row.value == null && !row.stored) {
                drop(row);
            }
        }

        /** Keyed state has the row as it is. Those of a task with many would fill the memory between two checkpoints. */
        private void wrote(Row row) {
            unwritten--;
            if (rows.size() > MAX_KEPT) {
                drop(row);
                complete = false;
            } else {
                dropIfNowhere(row);
            }
        }

        /** Keyed state has every row as it is. */
        private void wroteAll() {
            int before = rows.size();
            if (before > MAX_KEPT) {
                rows.clear();
                complete = false;
            } else {
                rows.values().removeIf(row -> row.value == null);
            }
            held -= before - rows.size();
        }
    }

    /** The rows of a task; it must be the current key while they are read. */
    TaskRows of(String task) {
        return tasks.computeIfAbsent(task, TaskRows::new);
    }

    /** Rows in memory, each task counted as one more. */
    int held() {
        return held;
    }

    /** Writes some of what waits, if much does, and drops some of what is not used. The current key is another afterwards. */
    void relieve() throws Exception {
        for (int at = 0; at < AT_ONCE && isMuch(); at++) {
            write(changed.poll());
        }
        Iterator<TaskRows> eldest = tasks.values().iterator();
        for (int at = 0; at < AT_ONCE && held > MAX_ROWS && eldest.hasNext(); at++) {
            TaskRows rows = eldest.next();
            if (rows.unwritten == 0) {
                held -= rows.rows.size() + 1;
                eldest.remove();
            }
        }
    }

    private boolean isMuch() {
        return changed.size() > MAX_CHANGED || (held > MAX_ROWS && !changed.isEmpty());
    }

    /** Writes everything that waits. The current key is another afterwards. */
    void flush() throws Exception {
        List<Row> all = new ArrayList<>(changed);
        changed.clear();
        // One task after the other: a change of key costs more than a write.
        all.sort((a, b) -> a.owner.task.compareTo(b.owner.task));
        for (Row row : all) {
            write(row);
        }
        tasks.values().forEach(TaskRows::wroteAll);
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
