package io.talflow.tal.semantics;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.util.ArrayList;
import java.util.List;

/** Events whose task has not started: those that say so are kept for a while. */
public final class EarlyEvents {
    /** Events kept for one task. */
    static final int MOST = 1_000;

    private EarlyEvents() {}

    /** Whether the event waits for its task; else it is a dead letter. */
    public static boolean isKept(TalEvent event) {
        return millis(event) > 0;
    }

    private static long millis(TalEvent event) {
        String keep = event.extensions().get(EventTypes.KEEP);
        return keep != null && keep.matches("\\d{1,14}") ? Long.parseLong(keep) : 0;
    }

    /** The header of a task that has not started. */
    static TaskHeader header(LogEvent event) {
        TaskHeader header = new TaskHeader(
                event.event().task(),
                io.talflow.tal.event.TaskId.workflow(event.event().task()),
                event.partition(),
                -1,
                event.timeMillis());
        header.status = Status.EARLY;
        return header;
    }

    static void keep(TaskState state, TaskHeader header, LogEvent event, List<Effect> effects) {
        if (header.parked >= MOST) {
            effects.add(new Effect.DeadLetter(
                    event.event(),
                    "event/too-many-early",
                    "task %s has not started, and %d events wait for it already".formatted(header.task, MOST)));
            return;
        }
        long until = header.clockMicros + 1000 * millis(event.event());
        new Parking(state, header).add(event, until);
        header.deadlineMicros = Math.min(header.deadlineMicros, until);
    }

    /** Gives up what has waited long enough. */
    static void expire(TaskState state, TaskHeader header, List<Effect> effects) {
        if (header.deadlineMicros > header.clockMicros) {
            return;
        }
        Parking parking = new Parking(state, header);
        List<Parking.Parked> all = new ArrayList<>(parking.drain());
        header.deadlineMicros = Timers.NEVER;
        for (Parking.Parked parked : all) {
            if (parked.untilMicros() > header.clockMicros) {
                parking.put(parked);
                header.deadlineMicros = Math.min(header.deadlineMicros, parked.untilMicros());
            } else {
                effects.add(new Effect.DeadLetter(
                        parked.event().event(),
                        "event/kept-too-long",
                        "task %s did not start within the %s ms the event was kept for"
                                .formatted(
                                        header.task,
                                        parked.event().event().extensions().get(EventTypes.KEEP))));
            }
        }
    }
}
