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

    private static String error(TaskScript task) {
        return String.valueOf(task.status().get("error"));
    }
}
