package io.talflow.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Time reaches a task")
class TimeHarnessTest {
    private static final long T0 = 1_700_000_000_000L;
    private static final int MANY = 50_000;
    private static final long SILENCE = Duration.ofMinutes(10).toMillis();
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final String TEXT = """
            tal: 1
            workflow: w
            events: {go: {type: com.example.go}, stop: {type: com.example.stop}}
            rules:
              - when: {all: [{event: go}, {event: stop}], within: 10s}
                do: {complete: in time}
                onTimeout: {complete: "${ event.data.at }"}
            """;

    private static final String SILENT = """
            tal: 1
            workflow: w
            events: {stop: {type: com.example.stop}}
            rules:
              - {when: {absent: {event: stop}, for: 10m}, do: {complete: "${ event.data.at }"}}
            """;

    @Test
    @DisplayName("by an event that the job's clock appends to its log, and by that alone")
    void byItsLog() throws Exception {
        try (SinkHarness harness = opened(T0, T0)) {
            harness.jobClock(T0 + 9_999);
            assertThat(harness.appended()).isEmpty();
            harness.jobClock(T0 + 10_000);
            assertThat(harness.appended()).singleElement().satisfies(poke -> {
                assertThat(poke.type()).isEqualTo(EventTypes.TASK_TIMER);
                assertThat(poke.task()).isEqualTo("w/0");
                assertThat(poke.value()).isEqualTo(Map.of("at", T0 + 10_000));
            });
            assertThat(harness.status("w/0")).isEqualTo("RUNNING");
            harness.brokerClock(T0 + 10_003);
            harness.readBack();
            assertThat(harness.status("w/0")).isEqualTo("COMPLETED");
        }
    }

    @Test
    @DisplayName(
            "that is judged by the log alone: an event stamped before the deadline is in time, however late its poke")
    void anEventInTheLogBeforeThePokeCounts() throws Exception {
        try (SinkHarness harness = opened(T0, T0)) {
            harness.jobClock(T0 + 10_000);
            harness.brokerClock(T0 + 9_999);
            harness.log(event("com.example.stop", "w/0", 1));
            assertThat(harness.status("w/0")).isEqualTo("COMPLETED");
            harness.brokerClock(T0 + 10_000);
            harness.readBack();
            assertThat(harness.deadLetters()).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "by a clock that is an hour ahead: it pokes too early, is set again, and the deadline comes when the log's time has")
    void byAClockAnHourAhead() throws Exception {
        try (SinkHarness harness = opened(T0 + HOUR, T0)) {
            assertThat(harness.appended()).as("due by this clock at once").isEmpty();
            long job = T0 + HOUR;
            int pokes = 0;
            for (long broker = T0; harness.status("w/0").equals("RUNNING"); broker += 1_000) {
                job += 1_000;
                harness.jobClock(job);
                pokes += harness.appended().size();
                harness.brokerClock(broker + 1_000);
                harness.readBack();
                assertThat(broker).as("log time").isLessThan(T0 + 10_000);
            }
            assertThat(pokes).as("a poke each second that passed").isBetween(10, 12);
            assertThat(harness.status("w/0")).isEqualTo("COMPLETED");
        }
    }

    @Test
    @DisplayName(
            "by a clock that is an hour behind an hour late, if nothing else comes; by the next event at once, if one does")
    void byAClockAnHourBehind() throws Exception {
        try (SinkHarness harness = opened(T0 - HOUR, T0)) {
            harness.log(SinkHarness.start("w/1"));
            harness.log(event("com.example.go", "w/1", 0));
            harness.brokerClock(T0 + 10_000);
            harness.jobClock(T0 - HOUR + 10_000);
            assertThat(harness.appended()).isEmpty();
            harness.log(event("com.example.other", "w/0", 1));
            assertThat(harness.status("w/0")).isEqualTo("COMPLETED");
            assertThat(harness.status("w/1")).isEqualTo("RUNNING");
            harness.jobClock(T0 + 10_001);
            harness.brokerClock(T0 + HOUR + 10_001);
            harness.readBack();
            assertThat(harness.status("w/1")).isEqualTo("COMPLETED");
        }
    }

    @Test
    @DisplayName(
            "of 50,000 tasks due in the same millisecond, after the job was away for ten minutes, a thousand at a time, once; a checkpoint in between completes")
    void manyAtOnce(@TempDir Path folder) throws Exception {
        long due = T0 + SILENCE;
        SinkHarness harness = SinkHarness.inFolder(folder, T0, T0);
        try {
            harness.brokerClock(T0);
            harness.define("w", "v", SILENT);
            for (int number = 0; number < MANY; number++) {
                harness.log(SinkHarness.start("w/" + number));
            }
            harness = again(harness, due - 1);
            Set<String> poked = new HashSet<>();
            ring(harness, due, 45, poked);
            harness = again(harness, due + 44);
            ring(harness, due + 45, 5, poked);
            assertThat(poked).hasSize(MANY);
            assertThat(harness.timers()).as("timers that are left").isZero();
            harness.brokerClock(due + 1_000);
            harness.readBack();
            assertThat(harness.out().stream().filter(record -> record.topic().equals("tal.history")))
                    .as("a decision of each task that was poked since the checkpoint")
                    .hasSize(5 * 1_000);
        } finally {
            harness.close();
        }
    }

    private static SinkHarness again(SinkHarness before, long jobMillis) throws Exception {
        try (before) {
            return before.restored(jobMillis);
        }
    }

    private static void ring(SinkHarness harness, long from, int rounds, Set<String> poked) throws Exception {
        for (int round = 0; round < rounds; round++) {
            int before = harness.appended().size();
            harness.jobClock(from + round);
            List<TalEvent> all = harness.appended();
            assertThat(all).as("after %d ms", round).hasSize(before + 1_000);
            all.subList(before, all.size())
                    .forEach(poke -> assertThat(poked.add(poke.task()))
                            .as("%s is poked once", poke.task())
                            .isTrue());
        }
    }

    @Test
    @DisplayName("that was due while the job was away, once it is restored")
    void restoredWithDueTimers() throws Exception {
        try (SinkHarness before = opened(T0, T0);
                SinkHarness after = before.restored(T0 + HOUR)) {
            after.jobClock(T0 + HOUR + 1);
            assertThat(after.appended()).extracting(TalEvent::type).containsExactly(EventTypes.TASK_TIMER);
            after.brokerClock(T0 + HOUR + 2);
            after.readBack();
            assertThat(after.status("w/0")).isEqualTo("COMPLETED");
            assertThat(after.out())
                    .filteredOn(record -> record.topic().equals("tal.tasks"))
                    .last()
                    .satisfies(last -> assertThat(last.value()).asString().contains("\"output\":" + (T0 + 10_000)));
        }
    }

    /** A harness with one task whose window of ten seconds has opened. */
    private static SinkHarness opened(long job, long broker) throws Exception {
        SinkHarness harness = new SinkHarness(null, job, broker);
        harness.define("w", "v", TEXT);
        harness.brokerClock(broker - 1);
        harness.log(SinkHarness.start("w/0"));
        harness.brokerClock(broker);
        harness.log(event("com.example.go", "w/0", 0));
        return harness;
    }

    private static TalEvent event(String type, String task, int id) {
        return TalEvent.engine(type + id, "/test", type, task, List.of());
    }
}
