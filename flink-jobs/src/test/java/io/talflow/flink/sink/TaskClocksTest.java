package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.semantics.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.util.function.BiConsumerWithException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The clocks of a subtask's tasks")
class TaskClocksTest {
    private static final int MOST = 1_000;
    private final MovingClock clock = new MovingClock();
    private final TaskClocks clocks = new TaskClocks(clock);

    @Test
    @DisplayName(
            "of which ten thousand ring at one time poke a thousand tasks a go, though the clock goes on meanwhile")
    void pokesAThousandInAGo() {
        long due = clock.now;
        clock.timers.put(due, names(10 * MOST));
        List<String> poked = new ArrayList<>();
        int goes = 0;
        while (!clock.timers.isEmpty()) {
            Map.Entry<Long, List<String>> go = clock.timers.pollFirstEntry();
            int before = poked.size();
            for (String task : go.getValue()) {
                clock.task = task;
                clocks.poke(task, go.getKey()).ifPresent(poke -> poked.add(poke.task()));
            }
            assertThat(poked.size() - before).isBetween(1, MOST);
            goes++;
        }
        assertThat(poked).containsExactlyElementsOf(names(10 * MOST));
        assertThat(goes).isEqualTo(10);
        assertThat(clock.registered).as("each is put off once").isEqualTo(9 * MOST);
    }

    @Test
    @DisplayName("ring at once for a deadline that has passed, and after a while if the log has not come so far")
    void areSetAgainAfterAWhile() {
        clock.task = "w/k";
        clocks.set(new Effect.Clock("w/k", 0, 500));
        assertThat(clock.timers).containsOnlyKeys(500L);
        long now = clock.now;
        clocks.set(new Effect.Clock("w/k", 500, 500));
        assertThat(clock.timers.lastKey()).isGreaterThanOrEqualTo(now + 10);
        assertThat(clock.timers).doesNotContainKey(500L);
    }

    private static List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            names.add("w/" + number);
        }
        return names;
    }

    /** Timers by their time; the clock goes on by a millisecond each time it is read, as one does that is held up. */
    private static final class MovingClock implements InternalTimerService<String> {
        private final TreeMap<Long, List<String>> timers = new TreeMap<>();
        private long now = 1_000_000;
        private String task = "";
        private int registered;

        @Override
        public long currentProcessingTime() {
            return now++;
        }

        @Override
        public void registerProcessingTimeTimer(String namespace, long time) {
            registered++;
            timers.computeIfAbsent(time, none -> new ArrayList<>()).add(task);
        }

        @Override
        public void deleteProcessingTimeTimer(String namespace, long time) {
            timers.computeIfPresent(time, (at, tasks) -> tasks.remove(task) && tasks.isEmpty() ? null : tasks);
        }

        @Override
        public long currentWatermark() {
            throw new UnsupportedOperationException("there is no event time");
        }

        @Override
        public void initializeWatermark(long watermark) {
            throw new UnsupportedOperationException("there is no event time");
        }

        @Override
        public void registerEventTimeTimer(String namespace, long time) {
            throw new UnsupportedOperationException("there is no event time");
        }

        @Override
        public void deleteEventTimeTimer(String namespace, long time) {
            throw new UnsupportedOperationException("there is no event time");
        }

        @Override
        public void forEachEventTimeTimer(BiConsumerWithException<String, Long, Exception> consumer) {
            throw new UnsupportedOperationException("there is no event time");
        }

        @Override
        public void forEachProcessingTimeTimer(BiConsumerWithException<String, Long, Exception> consumer) {
            throw new UnsupportedOperationException("nobody looks through them");
        }
    }
}
