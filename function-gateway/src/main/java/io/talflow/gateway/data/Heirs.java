package io.talflow.gateway.data;

import io.talflow.tal.event.TaskId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * For whom values stay whose task has ended: for the task that started it, if it was given their references back in the output; and
 * so on, if that has ended as well. Not for several threads.
 */
final class Heirs {
    private static final int DEEPEST = 100;
    private static final int REMEMBERED = 1_000;

    /**
     * How long a value stays.
     *
     * @param firing of the running task that has it now, as which it called the one that gave it back; empty: no such task runs
     * @param endedAt epoch milliseconds: the end of the last task that had it; no meaning while one runs
     */
    record Stay(Optional<String> firing, long endedAt) {}

    private final Tasks tasks;
    /** Of tasks that have ended, which changes no more. */
    private final Map<String, Optional<Tasks.GivenBack>> givenBack = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<Tasks.GivenBack>> eldest) {
            return size() > REMEMBERED;
        }
    };

    Heirs(Tasks tasks) {
        this.tasks = tasks;
    }

    /** @param task that the value is of, and that ended at {@code endedAt} */
    Stay of(String task, long endedAt, String value) {
        String last = task;
        long end = endedAt;
        for (int depth = 0; depth < DEEPEST; depth++) {
            Optional<String> firing = givenBack
                    .computeIfAbsent(last, tasks::givenBack)
                    .filter(given -> given.values().contains(value))
                    .map(Tasks.GivenBack::firing);
            if (firing.isEmpty()) {
                break;
            }
            last = TaskId.ofFiring(firing.get());
            OptionalLong ended = tasks.endedAt(last);
            if (ended.isEmpty()) {
                return new Stay(firing, 0);
            }
            end = Math.max(end, ended.getAsLong());
        }
        return new Stay(Optional.empty(), end);
    }
}
