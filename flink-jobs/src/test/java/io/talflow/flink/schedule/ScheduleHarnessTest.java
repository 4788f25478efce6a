package io.talflow.flink.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.flink.define.DefinitionLog;
import io.talflow.flink.define.DefinitionsReader;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The schedule")
class ScheduleHarnessTest {
    private static final String DAILY = """
            tal: 1
            workflow: report
            start: {cron: "%s", with: {day: "${ event.time }", at: "${ event.data.at }"}}
            rules:
              - {when: started, do: {complete: 1}}
            """;
    private static final String AT_TWO = DAILY.formatted("0 2 * * *");

    private final DefinitionLog definitions = new DefinitionLog();

    @Test
    @DisplayName("starts a task at each of its times, and says what it is started with")
    void startsAtEachTime() throws Exception {
        try (Harness schedule = new Harness(List::of, null, "2026-01-02T01:00:00Z")) {
            schedule.take(apply(AT_TWO, "2026-01-02T01:00:00Z"));
            schedule.clock("2026-01-02T01:59:59.999Z");
            assertThat(schedule.started()).isEmpty();
            schedule.clock("2026-01-02T02:00:00Z");
            schedule.clock("2026-01-03T02:00:00Z");
            List<TalEvent> started = schedule.started();
            assertThat(started)
                    .extracting(TalEvent::task)
                    .containsExactly("report/cron-20260102T0200Z", "report/cron-20260103T0200Z");
            assertThat(started).extracting(TalEvent::type).containsOnly(EventTypes.TASK_STARTED);
            assertThat(started.get(0).value()).isEqualTo(Json.parse("""
                    {"workflow": "report", "input": {"day": "2026-01-02T02:00:00.000Z", "at": 1767319200000}}"""));
        }
    }

    @Test
    @DisplayName("makes good for times it missed by the last of them, once")
    void makesGoodForTheLastMissed() throws Exception {
        OperatorSubtaskState state;
        List<DefinitionRecord> defined = apply(AT_TWO, "2026-01-01T00:00:00Z");
        try (Harness schedule = new Harness(() -> defined, null, "2026-01-02T02:00:00Z")) {
            schedule.clock("2026-01-02T02:00:00Z");
            assertThat(schedule.tasks()).containsExactly("report/cron-20260102T0200Z");
            state = schedule.snapshot();
        }
        try (Harness schedule = new Harness(() -> defined, state, "2026-01-02T09:00:00Z")) {
            schedule.clock("2026-01-02T09:00:01Z");
            assertThat(schedule.tasks()).isEmpty();
        }
        try (Harness schedule = new Harness(() -> defined, state, "2026-01-07T09:00:00Z")) {
            schedule.clock("2026-01-07T09:00:01Z");
            assertThat(schedule.tasks()).containsExactly("report/cron-20260107T0200Z");
            schedule.clock("2026-01-08T02:00:00Z");
            assertThat(schedule.tasks()).containsExactly("report/cron-20260108T0200Z");
        }
    }

    @Test
    @DisplayName("begins anew without a snapshot at what its definition has missed since it is there")
    void beginsAnew() throws Exception {
        List<DefinitionRecord> defined = apply(AT_TWO, "2026-01-05T01:00:00Z");
        try (Harness schedule = new Harness(() -> defined, null, "2026-01-05T01:30:00Z")) {
            schedule.clock("2026-01-05T01:30:01Z");
            assertThat(schedule.tasks()).isEmpty();
        }
        try (Harness schedule = new Harness(() -> defined, null, "2026-01-06T01:30:00Z")) {
            schedule.clock("2026-01-06T01:30:01Z");
            assertThat(schedule.tasks()).containsExactly("report/cron-20260105T0200Z");
        }
    }

    @Test
    @DisplayName("follows what is applied, changed and deleted")
    void followsDefinitions() throws Exception {
        try (Harness schedule = new Harness(List::of, null, "2026-01-02T00:00:00Z")) {
            schedule.take(apply(AT_TWO, "2026-01-02T00:00:00Z"));
            schedule.take(apply(DAILY.formatted("30 2 * * *"), "2026-01-02T00:00:01Z"));
            schedule.clock("2026-01-02T02:10:00Z");
            assertThat(schedule.tasks()).isEmpty();
            schedule.clock("2026-01-02T02:30:00Z");
            assertThat(schedule.tasks()).containsExactly("report/cron-20260102T0230Z");
            schedule.take(List.of(definitions.delete("report", millis("2026-01-02T03:00:00Z"))));
            schedule.clock("2026-01-04T00:00:00Z");
            assertThat(schedule.tasks()).isEmpty();
            schedule.take(apply(AT_TWO, "2026-01-04T00:00:00Z"));
            schedule.clock("2026-01-04T02:00:00Z");
            assertThat(schedule.tasks()).containsExactly("report/cron-20260104T0200Z");
        }
    }

    @Test
    @DisplayName("says the same when an apply repeats what is current, also where a time has been missed meanwhile")
    void aRepeatedApplyChangesNothing() throws Exception {
        List<DefinitionRecord> first = apply(AT_TWO, "2026-01-02T00:00:00Z");
        List<DefinitionRecord> both = new ArrayList<>(first);
        both.addAll(last(AT_TWO, "v1", "2026-01-02T05:00:00Z"));
        try (Harness schedule = new Harness(() -> both, null, "2026-01-02T06:00:00Z")) {
            schedule.clock("2026-01-02T06:00:01Z");
            assertThat(schedule.tasks()).containsExactly("report/cron-20260102T0200Z");
        }
    }

    @Test
    @DisplayName("puts a start whose input fails into the dead letters, and goes on")
    void anInputThatFailsIsADeadLetter() throws Exception {
        String failing = AT_TWO.replace("${ event.data.at }", "${ 1 / (event.data.at % 2) }");
        try (Harness schedule = new Harness(List::of, null, "2026-01-02T00:00:00Z")) {
            schedule.take(apply(failing, "2026-01-02T00:00:00Z"));
            schedule.clock("2026-01-02T02:00:00Z");
            schedule.clock("2026-01-03T02:00:00Z");
            assertThat(schedule.out()).hasSize(2).allSatisfy(letter -> {
                assertThat(letter.topic()).isEqualTo("tal.dead-letters");
                assertThat(new String(letter.headers().get("talflow-code"), StandardCharsets.UTF_8))
                        .isEqualTo("event/bad-start");
            });
        }
    }

    private int versions;

    private List<DefinitionRecord> apply(String text, String time) {
        return last(text, "v" + ++versions, time);
    }

    private List<DefinitionRecord> last(String text, String version, String time) {
        return definitions.apply("report", version, text, millis(time));
    }

    private static long millis(String time) {
        return Instant.parse(time).toEpochMilli();
    }

    private static final class Harness implements AutoCloseable {
        private final OneInputStreamOperatorTestHarness<DefinitionRecord, Outgoing> harness;
        private int seen;

        Harness(DefinitionsReader definitions, OperatorSubtaskState state, String time) throws Exception {
            harness = new OneInputStreamOperatorTestHarness<>(new ScheduleOperator(definitions));
            harness.setProcessingTime(millis(time));
            harness.setup();
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        void take(List<DefinitionRecord> records) throws Exception {
            for (DefinitionRecord record : records) {
                harness.processElement(new StreamRecord<>(record));
            }
        }

        void clock(String time) throws Exception {
            harness.setProcessingTime(millis(time));
        }

        OperatorSubtaskState snapshot() throws Exception {
            return harness.snapshot(1, 1);
        }

        List<Outgoing> out() {
            List<Outgoing> all = harness.extractOutputValues();
            List<Outgoing> fresh = List.copyOf(all.subList(seen, all.size()));
            seen = all.size();
            return fresh;
        }

        List<TalEvent> started() {
            return out().stream()
                    .map(record -> CloudEventCodec.decode(record.headers(), record.value()))
                    .toList();
        }

        List<String> tasks() {
            return started().stream().map(TalEvent::task).toList();
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
