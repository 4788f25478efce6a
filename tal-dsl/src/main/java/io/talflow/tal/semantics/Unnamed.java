package io.talflow.tal.semantics;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which values by reference nothing in a task names any more, so that nothing the task still does can read them. The rows
 * are all that decides what comes, so it is enough that the id of a value is in none of them; and that the function that put
 * it is not open, since it may still tell of it.
 *
 * <p>An id is 32 hex digits. It is looked for in the bytes of the rows, whatever they mean: a chance likeness keeps a value,
 * and none is let go for the shape that its reference has.
 */
final class Unnamed {
    /** There if a reference has left by an {@code emit}: it may be on its way back, and no row says so. */
    static final String LEFT = "w";

    private static final int ID_LENGTH = 32;

    private final TaskState state;
    private final TaskHeader header;

    Unnamed(TaskState state, TaskHeader header) {
        this.state = state;
        this.header = header;
    }

    /**
     * {@code {task, status, unnamed: [ID]}}; none of a task that has ended, whose values go with it.
     *
     * @param values {@code [{id, of}]}, {@code of} being the firing that put it, or nothing if it cannot tell of it any more
     */
    Map<String, Object> answer(List<?> values) {
        Map<String, String> asked = new LinkedHashMap<>();
        for (Object value : values) {
            if (value instanceof Map<?, ?> fields && fields.get("id") instanceof String id) {
                asked.put(id, fields.get("of") instanceof String of ? of : "");
            }
        }
        boolean answers = !header.status.isFinal() && state.get(LEFT) == null;
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("task", header.task);
        answer.put("status", header.status.name());
        answer.put("unnamed", answers ? unnamed(asked) : List.of());
        return answer;
    }

    private List<String> unnamed(Map<String, String> asked) {
        Set<String> left = new LinkedHashSet<>(asked.keySet());
        Set<String> open = new LinkedHashSet<>();
        state.each((name, row) -> {
            if (name.startsWith("i/")) {
                Invocation invocation = Invocation.of(name.substring(2), row);
                if (invocation.isOpen()) {
                    open.add(header.firingPrefix() + invocation.call());
                }
            }
            if (!isOnlyTold(name)) {
                removeNamed(row, left);
            }
        });
        left.removeIf(id -> open.contains(asked.get(id)));
        return new ArrayList<>(left);
    }

    /** What conditions looked at in vain is told to who asks, and evaluated no more. */
    private static boolean isOnlyTold(String name) {
        return name.startsWith("b/") || name.startsWith("y/");
    }

    private static void removeNamed(byte[] row, Set<String> ids) {
        int digits = 0;
        for (int at = 0; at < row.length; at++) {
            byte b = row[at];
            digits = b >= '0' && b <= '9' || b >= 'a' && b <= 'f' ? digits + 1 : 0;
            if (digits >= ID_LENGTH) {
                ids.remove(new String(row, at + 1 - ID_LENGTH, ID_LENGTH, StandardCharsets.US_ASCII));
            }
        }
    }
}
