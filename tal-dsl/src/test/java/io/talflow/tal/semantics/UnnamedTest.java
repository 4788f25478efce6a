package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.EventTypes;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A value by reference is named")
class UnnamedTest {
    private static final String ID = "0123456789abcdef".repeat(2);
    private static final String OTHER = "fedcba9876543210".repeat(2);

    private static final String WORKFLOW = """
            tal: 1
            workflow: film
            events: {go: {type: com.example.go}, stop: {type: com.example.stop}, out: {type: com.example.out, topic: films}}
            functions: {make: {python: f.py}, read: {python: f.py}}
            rules:
              - {when: started, do: {invoke: make}}
              - {when: {event: stop}, do: {complete: 0}}
            """;

    @Test
    void whileTheFunctionThatPutItRunsAndUntilItsLastReaderHasEnded() {
        TaskScript task = film("- {when: {completed: make}, do: [{invoke: read, as: a, with: '${ event.data }'},"
                + " {invoke: read, as: b, with: '${ event.data }'}]}");
        assertThat(unnamed(task)).isEmpty();
        task.complete(task.call("make"), reference());
        assertThat(unnamed(task)).isEmpty();
        task.complete(task.call("a"), 1L);
        assertThat(unnamed(task)).as("b may still read it").isEmpty();
        task.lost(task.call("b"), "n1", "n2");
        assertThat(unnamed(task)).as("its next attempt, too").isEmpty();
        task.complete(task.call("b"), 1L);
        assertThat(unnamed(task)).containsExactly(ID);
        assertThat(unnamed(task)).as("a question changes nothing").containsExactly(ID);
    }

    @Test
    void whileTheContextHasIt() {
        TaskScript task = film(
                "- {when: {completed: make}, do: {set: {film: '${ event.data }'}}}",
                "- {when: {event: go}, do: {set: {film: {$data: null}}}}");
        task.complete(task.call("make"), reference());
        assertThat(unnamed(task)).isEmpty();
        task.event("com.example.go", 1L);
        assertThat(unnamed(task)).containsExactly(ID);
    }

    @Test
    void whileARuleWaitsForTheRestOfItsEvents() {
        TaskScript task = film(
                "- {when: {all: [{completed: make}, {event: go}]}, do: {invoke: read, with: {both: '${ values }'}}}");
        task.complete(task.call("make"), reference());
        assertThat(unnamed(task)).isEmpty();
        task.event("com.example.go", 1L);
        assertThat(unnamed(task)).isEmpty();
        task.complete(task.call("read"), 1L);
        assertThat(unnamed(task)).containsExactly(ID);
    }

    @Test
    void untilTheEndIfItHasLeftTheTaskSinceItMayComeBack() {
        TaskScript task = film(
                "- {when: {completed: make}, do: {emit: {type: com.example.out, data: '${ event.data }'}}}",
                "- {when: {event: go}, do: {complete: 1}}");
        task.complete(task.call("make"), reference());
        assertThat(unnamed(task)).isEmpty();
        assertThat(task.unnamed(Map.of(OTHER, ""))).as("others do not").containsExactly(OTHER);
        task.event("com.example.go", 1L);
        assertThat(task.ended()).isEqualTo("COMPLETED");
        assertThat(unnamed(task)).as("it goes with its task").isEmpty();
        assertThat(task.rows()).doesNotContainKey(Unnamed.LEFT);
    }

    @Test
    void untilTheEndIfMoreHaveLeftThanATaskRemembers() {
        TaskScript task = film(
                "- {when: {event: go}, fires: each, do: {emit: {type: com.example.out, data: '${ event.data }'}}}");
        for (int sent = 0; sent < 3; sent++) {
            task.event("com.example.go", references(sent));
            assertThat(task.unnamed(Map.of(id(sent * 1_000 + 999), "", OTHER, "")))
                    .as("the last of %d thousand", sent + 1)
                    .isEqualTo(sent < 1 ? List.of(OTHER) : List.of());
        }
        assertThat(task.rows().get(Unnamed.LEFT)).as("what it remembers").hasSize(1);
    }

    private static List<Object> references(int thousand) {
        return IntStream.range(0, 1_000)
                .<Object>mapToObj(number -> reference(id(thousand * 1_000 + number)))
                .toList();
    }

    private static String id(int number) {
        return "%032x".formatted(number + 0xabc0000L);
    }

    @Test
    void untilASubTaskHasEndedThatWasGivenIt() {
        TaskScript task = film("- {when: {completed: make}, do: {start: cut, with: '${ event.data }'}}");
        task.complete(task.call("make"), reference());
        assertThat(unnamed(task)).isEmpty();
        Effect.Append start = task.ofType(Effect.Append.class).get(0);
        String firing = start.event().extensions().get(EventTypes.PARENT);
        task.complete(
                new Effect.Dispatch("film/k", "film", "interpreted", firing, 1, "cut", "cut", new byte[0], ""), 1L);
        assertThat(unnamed(task)).containsExactly(ID);
    }

    @Test
    void whenASubTaskGivesItBackAsAnyResult() {
        TaskScript task = film(
                "- {when: {completed: make}, do: {start: cut}}",
                "- {when: {completed: cut}, do: {set: {film: '${ event.data }'}}}",
                "- {when: {event: go}, do: {set: {film: null}}}");
        task.complete(task.call("make"), 1L);
        String firing =
                task.ofType(Effect.Append.class).get(0).event().extensions().get(EventTypes.PARENT);
        assertThat(task.unnamed(Map.of(ID, firing, OTHER, firing)))
                .as("it may still tell of both")
                .isEmpty();
        task.complete(
                new Effect.Dispatch("film/k", "film", "interpreted", firing, 1, "cut", "cut", new byte[0], ""),
                reference());
        assertThat(task.unnamed(Map.of(ID, firing, OTHER, firing))).containsExactly(OTHER);
        task.event("com.example.go", 1L);
        assertThat(task.unnamed(Map.of(ID, firing))).containsExactly(ID);
    }

    @Test
    void byNoConditionThatLookedAtItInVain() {
        TaskScript task = film("- {when: {completed: make}, if: '${ event.data.x == 1 }', do: {complete: 1}}");
        task.complete(task.call("make"), Map.of("x", reference()));
        assertThat(unnamed(task)).containsExactly(ID);
    }

    private static TaskScript film(String... rules) {
        StringBuilder text = new StringBuilder(WORKFLOW);
        for (String rule : rules) {
            text.append("  ").append(rule).append('\n');
        }
        return new TaskScript(text.toString()).start(Map.of());
    }

    private static List<String> unnamed(TaskScript task) {
        return task.unnamed(Map.of(ID, task.calls("make").get(0).firing()));
    }

    private static Map<String, Object> reference() {
        return reference(ID);
    }

    private static Map<String, Object> reference(String id) {
        return Map.of("$data", Map.of("name", "film", "href", "/v1/runtime/data/n/%s?bytes=1".formatted(id)));
    }
}
