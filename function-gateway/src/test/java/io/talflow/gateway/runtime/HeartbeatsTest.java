package io.talflow.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.secret.SecretStore;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A heartbeat of 10 s")
class HeartbeatsTest {
    private final Time time = new Time();
    private final Attempts attempts = new Attempts(
            new Access.Urls("http://local:1", "http://advertised:1"), new SecretStore(Optional.empty()), time);
    private final Heartbeats heartbeats = new Heartbeats(time::later, time);
    private final AtomicInteger missed = new AtomicInteger();

    @Test
    void isMissedTenSecondsAfterTheCallAndOnce() {
        heartbeats.watch(open(Optional.of(Duration.ofSeconds(10))), missed::incrementAndGet);
        time.passTo(9_999);
        assertThat(missed).hasValue(0);
        time.passTo(10_000);
        assertThat(missed).hasValue(1);
        time.passTo(60_000);
        assertThat(missed).hasValue(1);
    }

    @Test
    void countsFromWhateverWasSaidLast() {
        Attempt attempt = open(Optional.of(Duration.ofSeconds(10)));
        heartbeats.watch(attempt, missed::incrementAndGet);
        for (long at = 9_000; at <= 90_000; at += 9_000) {
            time.passTo(at);
            assertThat(attempts.of(attempt.access().token())).isSameAs(attempt);
        }
        time.passTo(99_999);
        assertThat(missed).hasValue(0);
        time.passTo(100_000);
        assertThat(missed).hasValue(1);
    }

    @Test
    void isNotMissedByWhatHasEnded() {
        Attempt attempt = open(Optional.of(Duration.ofSeconds(10)));
        heartbeats.watch(attempt, missed::incrementAndGet);
        attempts.end(attempt);
        time.passTo(60_000);
        assertThat(missed).hasValue(0);
    }

    @Test
    void isWatchedOnlyIfTheFunctionPromisesIt() {
        heartbeats.watch(open(Optional.empty()), missed::incrementAndGet);
        assertThat(time.tasks).isEmpty();
    }

    private Attempt open(Optional<Duration> heartbeat) {
        Function function = new Function(
                "f",
                new Function.Executor.Python("f.py", "handler"),
                Map.of(),
                Function.DEFAULT_TIMEOUT,
                heartbeat,
                List.of(),
                Optional.empty(),
                List.of(),
                Position.NONE);
        FiringKey key = new FiringKey("w/t@0/r/0", 1);
        return attempts.open(new Firing(key, "w/t", "w", "v", "f", "f", new byte[] {'1'}), function);
    }

    /** A clock that a test moves, and what is to run by it. */
    private static final class Time extends Clock {
        private final TreeMap<Long, Runnable> tasks = new TreeMap<>();
        private long now;

        void later(Runnable task, long millis) {
            assertThat(tasks.put(now + millis, task)).isNull();
        }

        void passTo(long millis) {
            while (!tasks.isEmpty() && tasks.firstKey() <= millis) {
                Map.Entry<Long, Runnable> next = tasks.pollFirstEntry();
                now = next.getKey();
                next.getValue().run();
            }
            now = millis;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
