package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A task that is given what it cannot take")
class BadInputTest {
    private static TaskScript task(String rules) {
        return new TaskScript("""
                        tal: 1
                        workflow: bad
                        events: {go: {type: com.example.go}, end: {type: com.example.end}}
                        functions: {list: {python: list.py, emits: {parts: stream}}, body: {python: body.py}}
                        rules:
                        """ + rules.indent(2)).start(Map.of());
    }

    @Test
    void failsWithRuleAndPositionWhereAConditionCannotBeEvaluated() {
        TaskScript task = task("- {id: ask, when: {event: go}, if: \"${ event.data.n > 1 }\", do: {complete: 1}}\n")
                .event("com.example.go", Map.of("other", 1));
        assertThat(task.error()).isEqualTo("Task.ConditionFailed");
        assertThat(error(task)).contains("ask").contains("line 6, column 38");
    }

    @Test
    void failsWithTheRuleWhereAConditionExceedsItsLimits() {
        List<Integer> many = java.util.stream.IntStream.range(0, 200).boxed().toList();
        TaskScript task = task("""
                - {id: ask, when: {event: go}, if: "${ event.data.all(a, event.data.all(b, event.data.all(c, a + b + c >= 0))) }", do: {complete: 1}}
                """).event("com.example.go", many);
        assertThat(task.error()).isEqualTo("Task.ConditionFailed");
        assertThat(error(task)).contains("ask");
    }

    @Test
    void failsWithTheRuleWhereItsContextGrowsOverItsLimit() {
        TaskScript task = task("- {id: grow, when: {event: go}, do: {set: {big: \"${ event.data }\"}}}\n")
                .event("com.example.go", "x".repeat(1 << 20));
        assertThat(task.error()).isEqualTo("Task.ContextTooLarge");
        assertThat(error(task)).contains("grow");
    }

    @Test
    void failsWhereTheStreamOfOneGatherClosesTwice() {
        TaskScript task = task("""
                - {when: {event: go}, fires: each, do: {invoke: list}}
                - {when: {item: list.parts}, fires: each, do: {invoke: body}}
                - {id: join, when: {gather: {completed: body}, over: list.parts}, do: {complete: 1}}
                """).event("com.example.go", 1).event("com.example.go", 2);
        for (Effect.Dispatch call : List.copyOf(task.calls("list"))) {
            task.complete(call, Map.of("parts", List.of(1)));
        }
        assertThat(task.error()).isEqualTo("Task.StreamClosedTwice");
        assertThat(error(task)).contains("join");
    }

    @Test
    void countsAnEventThatNobodyWaitsForAndGoesOn() {
        TaskScript task = task("- {when: {event: go}, do: {complete: 1}}\n").event("com.example.nobody", 1);
        assertThat(task.status()).containsEntry("status", "RUNNING");
        assertThat((Map<?, ?>) task.status().get("counts"))
                .extracting("ignoredEvents")
                .isEqualTo(1L);
        assertThat(task.ofType(Effect.Decision.class))
                .anyMatch(decision ->
                        String.valueOf(decision.data().get("ignored")).contains("com.example.nobody"));
        assertThat(task.event("com.example.go", 1).ended()).isEqualTo("COMPLETED");
    }

    @Test
    void failsForMoreEventsInASecondThanItMayGet() {
        TaskScript task = task("- {id: hot, when: {event: go}, fires: each, do: {set: {last: 1}}}\n");
        flood(task, 4_000, 0, 999);
        flood(task, 4_000, 1_000, 1_999);
        assertThat(task.status()).containsEntry("status", "RUNNING");
        flood(task, 10_000, 2_000, 2_999);
        assertThat(task.error()).isEqualTo("Task.TooManyEvents");
        assertThat(error(task)).contains("workflow bad", "4000", "2023-11-14T22:13:22Z", "limits: {eventsPerSecond");
    }

    @Test
    void tellsOfAThousandThatComeAfterItsEndAndCountsThemAll() {
        TaskScript task = task("- {when: {event: go}, do: {complete: 1}}\n").event("com.example.go", 1);
        flood(task, 5_000, 0, 500);
        assertThat((Map<?, ?>) task.status().get("counts"))
                .extracting("ignoredEvents")
                .isEqualTo(5_000L);
        assertThat(task.ofType(Effect.Decision.class))
                .filteredOn(decision -> "task has ended".equals(decision.data().get("ignored")))
                .hasSize(1_000);
    }

    @Test
    void countsRepeatsAndWhatNobodyWaitsForAsWell() {
        TaskScript task = task("- {when: {event: go}, do: {complete: 1}}\n");
        flood(task, "com.example.nobody", 10_000);
        assertThat(task.error()).isEqualTo("Task.TooManyEvents");
    }

    @Test
    void mayGetAsManyAsItsWorkflowSays() {
        TaskScript task = new TaskScript("""
                        tal: 1
                        workflow: wide
                        limits: {eventsPerSecond: 20000}
                        events: {go: {type: com.example.go}}
                        rules: [{when: {count: 20000, of: {event: go}}, do: {complete: 1}}]
                        """).start(Map.of());
        flood(task, 20_000, 0, 500);
        assertThat(task.ended()).isEqualTo("COMPLETED");
    }

    @Test
    @DisplayName("is not failed by a backlog, whose events are counted when they were received")
    void countsABacklogByItsOwnTime() {
        TaskScript task = task("- {when: {count: 30000, of: {event: go}}, do: {complete: 1}}\n")
                .at(60_000);
        for (int number = 0; number < 15_000; number++) {
            // Two partitions, one some seconds behind the other.
            task.backlog("com.example.go", "a" + number, number);
            task.backlog("com.example.go", "b" + number, 20_000 + number);
        }
        assertThat(task.ended()).isEqualTo("COMPLETED");
        TaskScript flooded = task("- {when: {event: end}, do: {complete: 1}}\n").at(60_000);
        for (int number = 0; number < 10_000; number++) {
            flooded.backlog("com.example.go", "a" + number, number % 1_000);
        }
        assertThat(flooded.error()).isEqualTo("Task.TooManyEvents");
    }

    private static void flood(TaskScript task, int events, int fromMillis, int toMillis) {
        for (int number = 0; number < events; number++) {
            task.at(fromMillis + (long) (toMillis - fromMillis) * number / events)
                    .event("com.example.go", number);
        }
    }

    private static void flood(TaskScript task, String type, int events) {
        for (int number = 0; number < events; number++) {
            task.at(number / 20).event(type, number);
        }
    }

    private static String error(TaskScript task) {
        return String.valueOf(task.status().get("error"));
    }
}
