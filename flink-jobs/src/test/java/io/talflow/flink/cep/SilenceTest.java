package io.talflow.flink.cep;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.semantics.Arrival;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Interpreter;
import io.talflow.tal.semantics.Matcher;
import io.talflow.tal.semantics.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of expression fires with the compiler's patterns, and none with patterns that never match. */
@DisplayName("No trigger fires but by a match of Flink's NFA")
class SilenceTest {
    private static final String WORKFLOW = """
            tal: 1
            workflow: silence
            events: {poke: {type: com.example.poke}, prod: {type: com.example.prod}}
            functions:
              good: {python: good.py, emits: {datum: value, parts: stream}}
              bad: {python: bad.py}
              part: {python: part.py}
              fired: {python: fired.py}
            rules:
              - {when: started, do: [{invoke: good}, {invoke: bad}]}
              - {when: {item: good.parts}, fires: each, do: {invoke: part}}
              - {when: {failed: bad}, do: {set: {bad: true}}}
              - {id: watched, when: %s, do: {invoke: fired}}
              - {when: {completed: fired}, do: {complete: done}}
            """;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{completed: good}",
                "{failed: bad}",
                "{settled: good}",
                "{ready: good.datum}",
                "{item: good.parts}",
                "{event: poke}",
                "{any: [{completed: good}, {event: poke}]}",
                "{all: [{completed: good}, {event: poke}]}",
                "{seq: [{event: poke}, {event: prod}]}",
                "{gather: {completed: part}, over: good.parts}",
                "{all: [{any: [{failed: bad}, {event: prod}]}, {seq: [{completed: good}, {event: poke}]}]}"
            })
    void firesWithItsPatternOnly(String expression) {
        assertThat(fired(expression, new PatternCompiler()::compile))
                .as("with its pattern")
                .isEqualTo(1);
        assertThat(fired(expression, SilenceTest::never))
                .as("with a pattern that never matches")
                .isZero();
    }

    /** How often the watched rule fires if the patterns are these from the moment the first functions run. */
    private static int fired(String expression, Function<Shape, Pattern<Arrival, ?>> patterns) {
        try (Switched matcher = new Switched(patterns)) {
            Interpreter task = new Interpreter(workflow(expression), matcher);
            List<Effect> effects = new ArrayList<>(task.start("a", Map.of()));
            List<Effect.Dispatch> first = dispatches(effects, "");
            // a gather's members are started by what completes here
            matcher.switched = !expression.contains("gather");
            List<Effect> parts = task.complete(first.get(0), Map.of("datum", 1L, "parts", List.of("p", "q")));
            matcher.switched = true;
            for (Effect.Dispatch part : dispatches(parts, "part")) {
                effects.addAll(task.complete(part, Map.of()));
            }
            effects.addAll(parts);
            effects.addAll(task.fail(first.get(1), "Function.Error", "as wanted"));
            effects.addAll(task.on(event("com.example.poke")));
            effects.addAll(task.on(event("com.example.prod")));
            return dispatches(effects, "fired").size();
        }
    }

    private static Workflow workflow(String expression) {
        return Formats.load("silence.yaml", WORKFLOW.formatted(expression).getBytes(StandardCharsets.UTF_8));
    }

    private static TalEvent event(String type) {
        return new TalEvent(type, "/test", type, "", TalEvent.Kind.CONTROL, "silence/a", "", 0, Map.of(), new byte[0]);
    }

    private static List<Effect.Dispatch> dispatches(List<Effect> effects, String function) {
        return effects.stream()
                .filter(Effect.Dispatch.class::isInstance)
                .map(Effect.Dispatch.class::cast)
                .filter(dispatch -> function.isEmpty() || dispatch.function().equals(function))
                .toList();
    }

    private static Pattern<Arrival, ?> never(Shape shape) {
        return Pattern.<Arrival>begin("never").where(new Never());
    }

    private static final class Never extends SimpleCondition<Arrival> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(Arrival arrival) {
            return false;
        }
    }

    /** The compiler's patterns until the functions run whose outcomes the watched rule waits for, then those given. */
    private static final class Switched implements Matcher, AutoCloseable {
        private final NfaMatcher compiled = new NfaMatcher();
        private final NfaMatcher given;
        private boolean switched;

        Switched(Function<Shape, Pattern<Arrival, ?>> patterns) {
            this.given = new NfaMatcher(patterns);
        }

        @Override
        public Step offer(Shape shape, byte[] memory, Arrival arrival) {
            return (switched ? given : compiled).offer(shape, memory, arrival);
        }

        @Override
        public Step advance(Shape shape, byte[] memory, long timeMicros) {
            return (switched ? given : compiled).advance(shape, memory, timeMicros);
        }

        @Override
        public void close() {
            compiled.close();
            given.close();
        }
    }
}
