package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.EventTypes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What rules do beside invoking")
class ActionsTest {
    private static TaskScript task(String rules) {
        return new TaskScript("""
                        tal: 1
                        workflow: acts
                        events: {go: {type: com.example.go}, stop: {type: com.example.stop}, told: {type: com.example.told}}
                        functions: {slow: {python: slow.py}, list: {python: list.py, emits: {parts: stream}}}
                        rules:
                        """ + rules.indent(2)).start(Map.of());
    }

    @Test
    void emitsToTheWorldAndToItsOwnRules() {
        TaskScript task = task("""
                - {when: {event: go}, do: {emit: {type: com.example.told, subject: "${ task.id }", data: {n: "${ event.data }"}}}}
                - {when: {event: told, subject: acts/k}, do: {complete: "${ event.data.n }"}}
                """);
        task.event("com.example.go", 5L);
        assertThat(task.status().get("output")).isEqualTo(5L);
        assertThat(task.ofType(Effect.Emit.class)).singleElement().satisfies(emit -> {
            assertThat(emit.topic()).isEmpty();
            assertThat(emit.event().id()).isEqualTo("acts/k@1/rule-1/0/emit/0");
        });
    }

    @Test
    void addsARuleThatSeesOnlyWhatComesAfter() {
        TaskScript task = task("""
                - {when: {event: go}, do: {add: {id: later, when: {event: go}, do: {complete: "${ event.data }"}}}}
                """);
        task.event("com.example.go", 1L);
        assertThat(task.ended()).isEqualTo("RUNNING");
        task.event("com.example.go", 2L);
        assertThat(task.status().get("output")).isEqualTo(2L);
    }

    @Test
    void startsASubTaskWhoseEndIsAnEvent() {
        TaskScript task = task("""
                - {when: {event: go}, do: {start: deliver-it, as: delivery, with: {url: u}}}
                - {when: {completed: delivery}, do: {complete: "${ event.data }"}}
                """);
        task.event("com.example.go", null);
        Effect.Append start = task.ofType(Effect.Append.class).get(0);
        assertThat(start.event().task()).isEqualTo("deliver-it/k.rule-1.0");
        assertThat(start.event().extensions()).containsEntry(EventTypes.PARENT, "acts/k@1/rule-1/0");
        task.complete(
                new Effect.Dispatch("acts/k", "acts", "", "acts/k@1/rule-1/0", 1, "", "delivery", new byte[0], ""),
                "there");
        assertThat(task.status().get("output")).isEqualTo("there");
    }

    @Test
    void cancelsItsSubTaskWithItself() {
        TaskScript task = task("""
                - {when: {event: go}, do: {start: deliver-it, as: delivery}}
                - {when: {completed: delivery}, do: {complete: 1}}
                """);
        task.event("com.example.go", null).cancel(false);
        assertThat(task.ofType(Effect.Append.class))
                .extracting(append -> append.event().type())
                .containsExactly(EventTypes.TASK_STARTED, EventTypes.TASK_CANCEL);
    }

    @Test
    void tellsItsParentHowItEnded() {
        TaskScript task = new TaskScript("""
                tal: 1
                workflow: child
                rules: [{when: started, do: {complete: "${ input.n }"}}]
                """);
        task.on(new io.talflow.tal.event.TalEvent(
                "s",
                "/test",
                EventTypes.TASK_STARTED,
                "",
                io.talflow.tal.event.TalEvent.Kind.CONTROL,
                "child/k",
                "",
                0,
                Map.of(EventTypes.PARENT, "parent/p@7/r/0"),
                io.talflow.tal.Json.bytes(Map.of("version", "interpreted", "input", Map.of("n", 3L)))));
        assertThat(task.ofType(Effect.Append.class)).singleElement().satisfies(append -> {
            assertThat(append.event().task()).isEqualTo("parent/p");
            assertThat(append.event().firing()).isEqualTo("parent/p@7/r/0");
            assertThat(new String(append.event().data(), StandardCharsets.UTF_8))
                    .isEqualTo("3");
        });
    }

    @Test
    void cancelsWhatRunsOfANodeWithoutFailing() {
        TaskScript task = task("""
                - {when: started, do: {invoke: slow}}
                - {when: {event: stop}, do: {cancel: slow}}
                - {when: {settled: slow}, do: {complete: "${ event.data.error }"}}
                """);
        task.event("com.example.stop", null);
        assertThat(task.ofType(Effect.Withdraw.class)).hasSize(1);
        assertThat(task.status().get("output")).isEqualTo("Cancelled");
    }

    @Test
    void aDisabledRuleSeesNothingUntilItIsEnabled() {
        TaskScript task = task("""
                - {id: ends, when: {event: go}, enabled: false, do: {complete: "${ event.data }"}}
                - {when: {event: stop}, do: {enable: ends}}
                """);
        task.event("com.example.go", 1L).event("com.example.stop", null);
        assertThat(task.ended()).isEqualTo("RUNNING");
        task.event("com.example.go", 2L);
        assertThat(task.status().get("output")).isEqualTo(2L);
    }

    @Test
    void sendsNoMoreThanItsBoundAndTheRestInOrder() {
        TaskScript task = task("""
                - {when: started, do: {invoke: list}}
                - {when: {item: list.parts}, fires: each, maxConcurrency: 2, do: {invoke: slow, with: "${ event.data }"}}
                - {when: {gather: {completed: slow}, over: list.parts}, do: {complete: "${ values }"}}
                """);
        task.complete(task.call("list"), Map.of("parts", java.util.List.of("a", "b", "c", "d")));
        assertThat(task.calls("slow")).hasSize(2);
        task.complete(task.calls("slow").get(1), "B");
        assertThat(task.calls("slow")).hasSize(3);
        task.complete(task.calls("slow").get(0), "A")
                .complete(task.calls("slow").get(2), "C");
        task.complete(task.calls("slow").get(3), "D");
        assertThat(task.status().get("output")).isEqualTo(java.util.List.of("A", "B", "C", "D"));
        assertThat(task.rows()).containsOnlyKeys("h", "out");
    }

    @Test
    void addsARuleThatKnowsWhatItWasGiven() {
        TaskScript task = task("""
                - when: {event: stop}
                  do:
                    add:
                      id: late
                      given: {least: "${ event.data }"}
                      when: {event: go, if: "${ event.data > given.least }"}
                      do: {complete: "${ event.data }"}
                """);
        task.event("com.example.go", 9L).event("com.example.stop", 5L).event("com.example.go", 4L);
        assertThat(task.ended()).isEqualTo("RUNNING");
        task.event("com.example.go", 6L);
        assertThat(task.status().get("output")).isEqualTo(6L);
        assertThat(task.rows()).containsOnlyKeys("h", "out");
    }

    @Test
    void takesRulesFromOutsideAndSaysWhoSentThem() {
        TaskScript task = task("- {when: {event: stop}, do: {complete: stopped}}");
        task.rules(Map.of(
                "add",
                Map.of("id", "more", "when", Map.of("event", "go"), "do", Map.of("complete", "${ event.data }")),
                "by",
                "ann"));
        task.rules(Map.of("disable", "nowhere", "by", "ann"));
        task.event("com.example.go", "gone");
        assertThat(task.status().get("output")).isEqualTo("gone");
        assertThat(task.ofType(Effect.Decision.class))
                .extracting(decision -> decision.data().get("noted"))
                .contains(Map.of("by", "ann", "add", "more"), Map.of("by", "ann", "disable", "nowhere"));
    }
}
