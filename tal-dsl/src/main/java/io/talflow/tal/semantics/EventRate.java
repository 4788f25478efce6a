package io.talflow.tal.semantics;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * How many events that are none of the engine's own a task gets in a second. Every task of a subtask waits for the one that
 * is applied, so one that is flooded ends instead of slowing the others.
 */
final class EventRate {
    private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");

    private EventRate() {}

    /**
     * Counts an event, a repeat or one that nobody waits for like any other.
     *
     * @throws TaskFailure if it is one too many
     */
    static void count(TaskRun run, TalEvent event) {
        TaskHeader header = run.header;
        long second = Math.floorDiv(receivedMillis(run.logEvent, event), 1000L);
        if (second < header.rateSecond) {
            return; // of a partition that is behind
        }
        if (second > header.rateSecond) {
            header.rateSecond = second;
            header.rateCount = 0;
        }
        int most = run.program.workflow().limits().eventsPerSecond();
        if (++header.rateCount > most) {
            throw TaskFailure.of(
                    "Task.TooManyEvents",
                    "a task of workflow %s may get %d events from outside in a second, and got one more in that of %s; send fewer, or raise limits: {eventsPerSecond: …} in the workflow"
                            .formatted(header.workflow, most, Instant.ofEpochSecond(second)));
        }
    }

    private static long receivedMillis(LogEvent logEvent, TalEvent event) {
        String received = event.extensions().get(EventTypes.RECEIVED);
        return received != null && MILLIS.matcher(received).matches()
                ? Long.parseLong(received)
                : logEvent.timeMillis();
    }
}
