package io.talflow.gateway.runtime;

import java.time.Clock;

/** Watches attempts whose functions have promised to say something at least so often. Whatever they say counts. */
public final class Heartbeats {
    /** Runs tasks later, none of which takes long. */
    @FunctionalInterface
    public interface Later {
        void run(Runnable task, long millis);
    }

    private final Later later;
    private final Clock clock;

    public Heartbeats(Later later, Clock clock) {
        this.later = later;
        this.clock = clock;
    }

    /**
     * From now, when the function is called, until the attempt ends.
     *
     * @param missed called once if the attempt has not been heard for the function's interval
     */
    public void watch(Attempt attempt, Runnable missed) {
        attempt.function().heartbeat().ifPresent(interval -> {
            attempt.heard(clock.millis());
            later.run(() -> look(attempt, interval.toMillis(), missed), interval.toMillis());
        });
    }

    private void look(Attempt attempt, long interval, Runnable missed) {
        if (attempt.hasEnded()) {
            return;
        }
        long left = attempt.heardAt() + interval - clock.millis();
        if (left > 0) {
            later.run(() -> look(attempt, interval, missed), left);
        } else {
            missed.run();
        }
    }
}
