package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The semantics of a task")
class InterpreterTest {
    private static final String WORD_COUNT = """
            tal: 1
            workflow: word-count
            input: {type: object, required: [path], properties: {path: {type: string}}}
            functions:
              split: {python: split.py, emits: {chunks: stream}}
              count: {python: count.py, timeout: 60s}
              merge: {python: merge.py}
            rules:
              - when: started
                do: {invoke: split, with: {path: "${ input.path }"}}
              - id: body
                when: {item: split.chunks}
                fires: each
                do: {invoke: count, with: "${ event.data }"}
              - when: {gather: {completed: count}, over: split.chunks}
                do: {invoke: merge, with: {counts: "${ values }"}}
              - when: {completed: merge}
                do: {complete: "${ event.data }"}
            """;

    @Test
    void aForeachJoinsItsBodiesInSliceOrderWhateverOrderTheyEndIn() {
        Interpreter task = new Interpreter(workflow(WORD_COUNT));
        Effect.Dispatch split = only(task.start("a", Map.of("path", "/x")));
        assertThat(split.firing()).isEqualTo("word-count/a@1/rule-1/0");
        List<Effect.Dispatch> bodies = dispatches(task.complete(split, Map.of("chunks", List.of("p", "q", "r"))));
        assertThat(bodies)
                .extracting(body -> new String(body.input(), StandardCharsets.UTF_8))
                .containsExactly("\"p\"", "\"q\"", "\"r\"");
        assertThat(dispatches(task.complete(bodies.get(2), 3L))).isEmpty();
        assertThat(dispatches(task.complete(bodies.get(0), 1L))).isEmpty();
        assertThat(dispatches(task.complete(bodies.get(0), 1L))).isEmpty();
        Effect.Dispatch merge = only(task.complete(bodies.get(1), 2L));
        assertThat(new String(merge.input(), StandardCharsets.UTF_8)).isEqualTo("{\"counts\":[1,2,3]}");
        task.complete(merge, Map.of("total", 6L));
        assertThat(task.status("a")).containsEntry("status", "COMPLETED").containsEntry("output", Map.of("total", 6L));
    }

    @Test
    void aForeachOverNothingJoinsAtOnce() {
        Interpreter task = new Interpreter(workflow(WORD_COUNT));
        Effect.Dispatch split = only(task.start("a", Map.of("path", "/x")));
        assertThat(only(task.complete(split, Map.of("chunks", List.of()))).function())
                .isEqualTo("merge");
    }

    @Test
    void aFailureNoRuleWaitsForFailsTheTaskAndWithdrawsTheRest() {
        Interpreter task = new Interpreter(workflow(WORD_COUNT));
        Effect.Dispatch split = only(task.start("a", Map.of("path", "/x")));
        List<Effect.Dispatch> bodies = dispatches(task.complete(split, Map.of("chunks", List.of("p", "q"))));
        List<Effect> effects = task.fail(bodies.get(0), "Function.Error", "boom");
        assertThat(effects)
                .anyMatch(effect -> effect instanceof Effect.Withdraw withdraw
                        && withdraw.firing().equals(bodies.get(1).firing()));
        assertThat(task.status("a")).containsEntry("status", "FAILED");
        assertThat(task.rows("a")).containsOnlyKeys("h", "err");
    }

    @Test
    void inputThatBreaksTheSchemaFailsTheTask() {
        Interpreter task = new Interpreter(workflow(WORD_COUNT));
        task.start("a", Map.of("path", 7L));
        assertThat(task.status("a")).containsEntry("status", "FAILED");
        assertThat((Map<?, ?>) task.status("a").get("error"))
                .extracting("error")
                .isEqualTo("Task.InvalidInput");
    }

    @Test
    void everyKindOfExpressionFires() {
        Interpreter task = new Interpreter(workflow("""
                tal: 1
                workflow: kinds
                events: {paid: {type: com.shop.paid}}
                functions: {a: {replay: {runtime: 0s}}, b: {replay: {runtime: 0s}}, c: {replay: {runtime: 0s}}}
                rules:
                  - when: started
                    do: [{invoke: a}, {invoke: b}, {set: {seen: {n: 1}}}]
                  - id: both
                    when: {all: [{completed: a, as: x}, {completed: b, as: z}]}
                    if: ${ x.data.n + z.data.n == 3 && context.seen.n == 1 }
                    do: {set: {seen: {both: true}}}
                  - id: either
                    when: {any: [{completed: a}, {completed: b}]}
                    do: {set: {first: "${ event.data.n }"}}
                  - id: order
                    when: {seq: [{completed: b}, {completed: a}, {event: paid, if: "${ event.data.amount >= 10 }"}]}
                    do: {invoke: c, with: {all: "${ values }", text: "n=${ size(events) } $${x}"}}
                  - when: {completed: c}
                    do: {complete: {context: "${ context }"}}
                """));
        List<Effect.Dispatch> both = dispatches(task.start("k", Map.of()));
        task.complete(both.get(1), Map.of("n", 2L));
        task.complete(both.get(0), Map.of("n", 1L));
        assertThat(dispatches(task.on(paid("1", 5)))).isEmpty();
        Effect.Dispatch c = only(task.on(paid("2", 12)));
        assertThat(new String(c.input(), StandardCharsets.UTF_8))
                .isEqualTo("{\"all\":[{\"n\":2},{\"n\":1},{\"amount\":12}],\"text\":\"n=3 ${x}\"}");
        task.complete(c, null);
        assertThat(task.status("k").get("output"))
                .isEqualTo(Map.of("context", Map.of("seen", Map.of("n", 1L, "both", true), "first", 2L)));
    }

    private static io.talflow.tal.event.TalEvent paid(String id, long amount) {
        return io.talflow.tal.event.TalEvent.engine(id, "/shop", "com.shop.paid", "kinds/k", Map.of("amount", amount));
    }

    private static Workflow workflow(String text) {
        return Formats.load("w.yaml", text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Effect.Dispatch> dispatches(List<Effect> effects) {
        List<Effect.Dispatch> dispatches = new ArrayList<>();
        effects.forEach(effect -> {
            if (effect instanceof Effect.Dispatch dispatch) {
                dispatches.add(dispatch);
            }
        });
        return dispatches;
    }

    private static Effect.Dispatch only(List<Effect> effects) {
        assertThat(dispatches(effects)).hasSize(1);
        return dispatches(effects).get(0);
    }
}
