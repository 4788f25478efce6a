package io.talflow.flink.sink;

import io.talflow.flink.define.KnownDefinitions;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/**
 * Removes, now and then, the definitions that no task can run any more. Only log time is looked at, so nothing goes before the
 * log has been read; nor just after a start, when clocks that are long due have yet to poke their tasks.
 */
final class Retirement {
    private static final long INTERVAL_MILLIS = Duration.ofHours(1).toMillis();

    private final KnownDefinitions definitions;
    private final ProcessingTimeService timers;
    private long logMillis;

    Retirement(KnownDefinitions definitions, ProcessingTimeService timers) {
        this.definitions = definitions;
        this.timers = timers;
        later();
    }

    /** @param millis of the log; no event that is still to come is older */
    void logIsAt(long millis) {
        logMillis = millis;
    }

    private void later() {
        ScheduledFuture<?> unused = timers.registerTimer(timers.getCurrentProcessingTime() + INTERVAL_MILLIS, now -> {
            definitions.retire(logMillis, now);
            later();
        });
    }
}
