package io.talflow.gateway.data;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has values of running tasks freed that nothing in the task names any more. The job is asked, which knows: some seconds after
 * a task's first value and then more and more rarely while there is nothing to free, but at once when a value has found no
 * room. Runs on one thread.
 */
final class UnnamedValues {
    private static final Logger LOG = LoggerFactory.getLogger(UnnamedValues.class);

    static final long FIRST_MILLIS = 5_000;
    private static final long LONGEST_MILLIS = 300_000;
    /** Bounds on what one look asks the job, which looks at all that a task holds to answer. */
    private static final int MOST_TASKS = 4;

    private static final int MOST_VALUES = 1_000;

    /**
     * A value that a running task may name.
     *
     * @param of firing of the task that may tell of it yet; empty: that is over
     */
    record Held(Value value, String of) {
        String id() {
            return value.descriptor().id();
        }
    }

    /**
     * Of a running task's own values those that can be asked about. While it is not known which function put a value, nobody knows
     * whether that has told of it. A copy was read.
     */
    static List<Held> judgeable(List<Value> own) {
        return own.stream()
                .filter(value ->
                        value.descriptor().copy() || !value.descriptor().of().isEmpty())
                .map(value -> new Held(value, value.descriptor().of()))
                .toList();
    }

    /** When a task is asked about next. */
    private static final class Turn {
        private long at;
        private long pause = FIRST_MILLIS;
        private boolean underWay;
        /** Where to go on among the values, if they are more than are asked about at once. */
        private int from;

        Turn(long now) {
            at = now + FIRST_MILLIS;
        }
    }

    private final Tasks tasks;
    private final Consumer<Value> free;
    private final Executor thread;
    private final Clock clock;
    private final Map<String, Turn> turns = new HashMap<>();
    private volatile boolean hurried;

    /** @param thread the one that this is called on */
    UnnamedValues(Tasks tasks, Consumer<Value> free, Executor thread, Clock clock) {
        this.tasks = tasks;
        this.free = free;
        this.thread = thread;
        this.clock = clock;
    }

    /** A value has found no room. From any thread. */
    void hurry() {
        hurried = true;
    }

    /** @param running what this node holds, by the tasks that may name it, which have not ended */
    void ask(Map<String, List<Held>> running) {
        turns.keySet().retainAll(running.keySet());
        boolean all = hurried;
        hurried = false;
        long now = clock.millis();
        running.entrySet().stream()
                .filter(held -> !held.getValue().isEmpty())
                .filter(held -> isDue(turns.computeIfAbsent(held.getKey(), task -> new Turn(now)), now, all))
                .sorted(Comparator.comparingLong(held -> -bytes(held.getValue())))
                .limit(all ? Long.MAX_VALUE : MOST_TASKS)
                .forEach(held -> ask(held.getKey(), held.getValue()));
    }

    private static boolean isDue(Turn turn, long now, boolean all) {
        return !turn.underWay && (all || turn.at <= now);
    }

    private static long bytes(List<Held> values) {
        return values.stream()
                .mapToLong(held -> held.value().descriptor().bytes())
                .sum();
    }

    private void ask(String task, List<Held> known) {
        Turn turn = turns.get(task);
        turn.from = turn.from < known.size() ? turn.from : 0;
        Map<String, Value> asked = new LinkedHashMap<>();
        Map<String, String> producers = new LinkedHashMap<>();
        for (Held held : known.subList(turn.from, Math.min(known.size(), turn.from + MOST_VALUES))) {
            asked.put(held.id(), held.value());
            producers.put(held.id(), held.of());
        }
        turn.from += MOST_VALUES;
        turn.underWay = true;
        CompletableFuture<?> unused = tasks.unnamed(task, producers)
                .whenCompleteAsync((unnamed, error) -> answered(task, turn, asked, unnamed, error), thread);
    }

    private void answered(String task, Turn turn, Map<String, Value> asked, List<String> unnamed, Throwable error) {
        turn.underWay = false;
        List<Value> freed = new ArrayList<>();
        if (error != null) {
            LOG.warn("Which values of {} can be freed is not known now: {}", task, error.toString());
        } else {
            Set<String> gone = new HashSet<>(unnamed);
            asked.forEach((id, value) -> {
                if (gone.contains(id)) {
                    free.accept(value);
                    freed.add(value);
                }
            });
        }
        turn.pause = freed.isEmpty() ? Math.min(LONGEST_MILLIS, 2 * turn.pause) : FIRST_MILLIS;
        turn.at = clock.millis() + turn.pause;
        if (!freed.isEmpty()) {
            LOG.debug("Freed {} values of {}, which runs", freed.size(), task);
        }
    }
}
