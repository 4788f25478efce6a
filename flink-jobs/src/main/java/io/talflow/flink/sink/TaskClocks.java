package io.talflow.flink.sink;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.Effect;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.streaming.api.operators.InternalTimerService;

/** The clocks of a subtask's tasks, which poke them; by the job's clock. */
final class TaskClocks {
    /** Namespace of their timers. */
    static final String CLOCK = "clock";

    /** Until a task is poked again whose log is behind this clock. */
    private static final long AGAIN_MILLIS = 10;
    /**
     * Pokes in one go. All timers of one time are one action of the mailbox, which keeps everything else waiting, so those
     * that are more get times of their own.
     */
    private static final int POKES = 1_000;

    private final InternalTimerService<String> timers;
    private long ringing;
    private long rangSince;
    private int pokes;

    TaskClocks(InternalTimerService<String> timers) {
        this.timers = timers;
    }

    /** Sets the clock of the current key's task. */
    void set(Effect.Clock clock) {
        if (clock.before() > 0) {
            timers.deleteProcessingTimeTimer(CLOCK, clock.before());
        }
        if (clock.at() > 0) {
            boolean again = clock.at() == clock.before();
            long soonest = again ? timers.currentProcessingTime() + AGAIN_MILLIS : 0;
            timers.registerProcessingTimeTimer(CLOCK, Math.max(clock.at(), soonest));
        }
    }

    /**
     * Time reaches a task by its log, like everything else.
     *
     * @param at the time of the timer that rings. It tells which go this is; the clock does not, which goes on meanwhile
     * @return the event that brings it; none if there are enough for now: each thousand more is later by a millisecond
     */
    Optional<TalEvent> poke(String task, long at) {
        if (at != ringing) {
            ringing = at;
            rangSince = timers.currentProcessingTime();
            pokes = 0;
        }
        int later = pokes++ / POKES;
        if (later > 0) {
            timers.registerProcessingTimeTimer(CLOCK, Math.max(at, rangSince) + later);
            return Optional.empty();
        }
        return Optional.of(
                TalEvent.engine(task + "/timer/" + at, "/talflow/job", EventTypes.TASK_TIMER, task, Map.of("at", at)));
    }
}
