package io.talflow.tal.semantics;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which values by reference nothing in a task names any more, so that nothing the task still does can read them. The rows
 * are all that decides what comes, so it is enough that the id of a value is in none of them; and that the function that put
 * it is not open, since it may still tell of it.
 *
 * <p>An id is 32 hex digits. It is looked for in the bytes of the rows, whatever they mean: a chance likeness keeps a value,
 * and none is let go for the shape that its reference has.
 */
final class Unnamed {
    /** Ids of values whose references have left by an {@code emit}: each may be on its way back, and no other row says so. */
    static final String LEFT = "w";

    /** In place of the ids, if they are too many. */
    private static final byte[] ALL = {'*'};

    private static final int MOST_LEFT_BYTES = 64 * 1024;
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
        boolean answers = !header.status.isFinal() && !Arrays.equals(state.get(LEFT), ALL);
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
                named(row, left::remove);
            }
        });
        left.removeIf(id -> open.contains(asked.get(id)));
        return new ArrayList<>(left);
    }

    /** What conditions looked at in vain is told to who asks, and evaluated no more. */
    private static boolean isOnlyTold(String name) {
        return name.startsWith("b/") || name.startsWith("y/");
    }

    /** An {@code emit} sends this: what it names is named until the task's end; if that becomes too much to remember, everything is. */
    static void leaves(TaskState state, byte[] data) {
        byte[] before = state.get(LEFT);
        if (Arrays.equals(before, ALL)) {
            return;
        }
        Set<String> left = new LinkedHashSet<>();
        named(before == null ? new byte[0] : before, left::add);
        if (!named(data, left::add)) {
            return;
        }
        byte[] row = String.join(" ", left).getBytes(StandardCharsets.US_ASCII);
        state.put(LEFT, row.length > MOST_LEFT_BYTES ? ALL : row);
    }

    /** @return whether there was one that {@code id} took */
    private static boolean named(byte[] row, Predicate<String> id) {
        boolean taken = false;
        int digits = 0;
        for (int at = 0; at < row.length; at++) {
            byte b = row[at];
            digits = b >= '0' && b <= '9' || b >= 'a' && b <= 'f' ? digits + 1 : 0;
            if (digits >= ID_LENGTH) {
                taken |= id.test(new String(row, at + 1 - ID_LENGTH, ID_LENGTH, StandardCharsets.US_ASCII));
            }
        }
        return taken;
    }
}
