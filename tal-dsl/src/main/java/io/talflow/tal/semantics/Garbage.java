package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import java.util.List;

/**
 * Rows that nothing reads any more and that are too many to be removed at once: ranges of numbered rows, removed some at
 * a time. Nothing that is decided depends on how far that has come.
 */
final class Garbage {
    private final TaskState state;
    private final TaskHeader header;

    Garbage(TaskState state, TaskHeader header) {
        this.state = state;
        this.header = header;
    }

    /** Rows {@code prefix + N + suffix} for N from {@code from} to before {@code to}. */
    void add(String prefix, String suffix, long from, long to) {
        add(prefix, suffix, "", from, to);
    }

    /** The same, and of each the row {@code referred + its text}. */
    void addReferring(String prefix, String referred, long from, long to) {
        add(prefix, "", referred, from, to);
    }

    private void add(String prefix, String suffix, String referred, long from, long to) {
        if (from < to) {
            state.put("g#" + header.garbageTo++, Json.bytes(List.of(prefix, suffix, referred, from, to)));
        }
    }

    boolean isEmpty() {
        return header.garbageFrom == header.garbageTo;
    }

    /** Removes up to {@code most} rows. @return how many more it could have removed */
    int sweep(int most) {
        int left = most;
        while (left > 0 && !isEmpty()) {
            String name = "g#" + header.garbageFrom;
            List<?> range = (List<?>) state.json(name);
            long from = (Long) range.get(3);
            long to = Math.min((Long) range.get(4), from + left);
            for (long at = from; at < to; at++) {
                remove(range.get(0) + Long.toString(at) + range.get(1), (String) range.get(2));
            }
            left -= (int) (to - from);
            if (to == (Long) range.get(4)) {
                state.remove(name);
                header.garbageFrom++;
            } else {
                state.put(name, Json.bytes(List.of(range.get(0), range.get(1), range.get(2), to, range.get(4))));
            }
        }
        if (isEmpty()) {
            header.garbageFrom = 0;
            header.garbageTo = 0;
        }
        return left;
    }

    private void remove(String name, String referred) {
        if (!referred.isEmpty()) {
            String text = state.text(name);
            if (text != null) {
                state.remove(referred + text);
            }
        }
        state.remove(name);
    }
}
