package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Failures: tried again, caught, undone, too late")
class FailuresTest {
    private static final String RETRY = """
            tal: 1
            workflow: retry
            deadline: 1h
            functions:
              work:
                python: work.py
                retry:
                  - {errorEquals: [Never], maxAttempts: 0}
                  - {errorEquals: [Http.5xx, Timeout], interval: 100ms, maxAttempts: 3, backoffRate: 2, maxDelay: 300ms}
            rules:
              - {when: started, do: {invoke: work, with: {n: 1}}}
              - {when: {completed: work}, do: {complete: "${ event.data }"}}
            """;

    @Test
    void waitsLongerFromRetryToRetryUpToItsBound() {
        TaskScript task = new TaskScript(RETRY).start(Map.of());
        long now = 10;
        for (long delay : new long[] {100, 200, 300}) {
            task.at(now).fail(task.call("work"), "Http.503");
            int before = task.calls("work").size();
            task.at(now + delay - 1).clock();
            assertThat(task.calls("work")).hasSize(before);
            now += delay;
            task.at(now).clock();
            now += 10;
            assertThat(task.calls("work")).hasSize(before + 1);
            assertThat(task.call("work").attempt()).isEqualTo(before + 1);
            assertThat(new String(task.call("work").input(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"n\":1}");
        }
        task.fail(task.call("work"), "Timeout");
        assertThat(task.ended()).isEqualTo("FAILED");
        assertThat(task.error()).isEqualTo("Timeout");
    }

    @ParameterizedTest
    @CsvSource({"50, 100", "100, 100", "2000, 2000", "3600000, 3600000", "9223372036854775807, 3600000", "-1, 100"})
    void waitsAtLeastAsLongAsTheFailureAsksAndAtMostAnHour(long asked, long delay) {
        TaskScript task = new TaskScript(RETRY.replace("deadline: 1h", "deadline: 2h")).start(Map.of());
        task.at(10).fail(task.call("work"), "Http.503", Map.of("retryable", true, "retryAfterMs", asked));
        task.at(10 + delay - 1).clock();
        assertThat(task.calls("work")).hasSize(1);
        task.at(10 + delay).clock();
        assertThat(task.calls("work")).hasSize(2);
    }

    @Test
    void asksForNoDelayIfWhatTheFailureSaysIsNoNumber() {
        TaskScript task = new TaskScript(RETRY).start(Map.of());
        task.at(10).fail(task.call("work"), "Http.503", Map.of("retryAfterMs", "soon"));
        task.at(110).clock();
        assertThat(task.calls("work")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"ALL, false, 1", "ALL, true, 2", "Http.404, false, 2", "Http.4xx, false, 2"})
    void triesAPermanentFailureAgainOnlyWhereItIsNamed(String errorEquals, boolean retryable, int attempts) {
        TaskScript task = new TaskScript(RETRY.replace("Http.5xx, Timeout", errorEquals)).start(Map.of());
        task.at(10).fail(task.call("work"), "Http.404", Map.of("retryable", retryable));
        task.at(110).clock();
        assertThat(task.calls("work")).hasSize(attempts);
    }

    @Test
    void aReplayDrawsTheSameDelays() {
        String jittered = RETRY.replace("maxDelay: 300ms", "maxDelay: 300ms, jitter: full");
        assertThat(delay(jittered)).isEqualTo(delay(jittered)).isBetween(1L, 100L);
    }

    private static long delay(String workflow) {
        TaskScript task = new TaskScript(workflow).start(Map.of());
        task.fail(task.call("work"), "Timeout");
        List<Effect.Clock> clocks = task.ofType(Effect.Clock.class);
        return clocks.get(clocks.size() - 1).at() - 1_700_000_000_000L;
    }

    @Test
    void doesNotTryAgainWhatTheFirstEntryThatNamesItForbids() {
        TaskScript task = new TaskScript(RETRY).start(Map.of());
        task.fail(task.call("work"), "Never");
        assertThat(task.error()).isEqualTo("Never");
    }

    @Test
    void anOutcomeOfAnEarlierAttemptIsIgnored() {
        TaskScript task = new TaskScript(RETRY).start(Map.of());
        Effect.Dispatch first = task.call("work");
        task.fail(first, "Timeout").at(101).clock().complete(first, "late");
        assertThat(task.ended()).isEqualTo("RUNNING");
        task.complete(task.call("work"), "right");
        assertThat(task.status().get("output")).isEqualTo("right");
    }

    @Test
    void theTasksDeadlineEndsItWhetherOrNotAClockRang() {
        TaskScript task = new TaskScript(RETRY).start(Map.of());
        task.at(3_600_000).complete(task.call("work"), "a millisecond too late");
        assertThat(task.error()).isEqualTo("Task.DeadlineExceeded");
        assertThat(task.ofType(Effect.Withdraw.class)).hasSize(1);
    }

    private static final String SAGA = """
            tal: 1
            workflow: saga
            functions:
              flight: {python: f.py, compensate: cancel_flight}
              hotel: {python: h.py, compensate: cancel_hotel}
              pay: {python: p.py}
              cancel_flight: {python: cf.py}
              cancel_hotel: {python: ch.py}
            rules:
              - {when: started, do: {invoke: flight, with: {to: X}}}
              - {when: {completed: flight}, do: {invoke: hotel}}
              - {when: {completed: hotel}, do: {invoke: pay}}
              - {when: {failed: pay}, do: {fail: {error: Trip.Off, compensate: true}}}
              - {when: {completed: pay}, do: {complete: booked}}
            """;

    @Test
    void undoesWhatCompletedNewestFirstOneAfterTheOther() {
        TaskScript task = booked();
        task.fail(task.call("pay"), "Card.Declined");
        assertThat(task.ended()).isEqualTo("COMPENSATING");
        assertThat(task.calls("compensate:flight")).isEmpty();
        task.complete(task.call("compensate:hotel"), null);
        assertThat(new String(task.call("compensate:flight").input(), StandardCharsets.UTF_8))
                .isEqualTo("{\"input\":{\"to\":\"X\"},\"result\":\"F1\"}");
        task.complete(task.call("compensate:flight"), null);
        assertThat(task.ended()).isEqualTo("FAILED");
        assertThat(task.error()).isEqualTo("Trip.Off");
        assertThat(task.rows()).containsOnlyKeys("h", "err");
    }

    @Test
    void goesOnWhenACompensationFailsAndTellsIt() {
        TaskScript task = booked();
        task.fail(task.call("pay"), "Card.Declined").fail(task.call("compensate:hotel"), "Hotel.Down");
        task.complete(task.call("compensate:flight"), null);
        assertThat(task.error()).isEqualTo("Trip.Off");
        assertThat(task.status().get("error").toString()).contains("notCompensated", "Hotel.Down", "node=hotel");
    }

    @Test
    void ignoresWhatACompensationSaysAgain() {
        TaskScript task = booked();
        task.fail(task.call("pay"), "Card.Declined");
        Effect.Dispatch hotel = task.call("compensate:hotel");
        task.complete(hotel, null).complete(hotel, null);
        assertThat(task.deadLetters()).isEmpty();
        assertThat(task.calls("compensate:flight")).hasSize(1);
        assertThat(task.status().get("counts").toString()).contains("ignoredEvents=1");
        task.complete(task.call("compensate:flight"), null).complete(hotel, null);
        assertThat(task.rows()).containsOnlyKeys("h", "err");
    }

    @Test
    void aCancelMayUndo() {
        TaskScript task = booked();
        task.cancel(true);
        assertThat(task.ofType(Effect.Withdraw.class)).as("pay ran").hasSize(1);
        task.complete(task.call("compensate:hotel"), null).complete(task.call("compensate:flight"), null);
        assertThat(task.ended()).isEqualTo("CANCELLED");
    }

    private static TaskScript booked() {
        TaskScript task = new TaskScript(SAGA).start(Map.of());
        task.complete(task.call("flight"), "F1");
        return task.complete(task.call("hotel"), "H1");
    }
}
