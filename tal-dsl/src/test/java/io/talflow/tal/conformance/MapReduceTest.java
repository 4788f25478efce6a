package io.talflow.tal.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.Interpreter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("SeBS-Flow's 660.map-reduce")
class MapReduceTest {
    private static final long SEED = Long.getLong("seed", 20260301L);

    @ParameterizedTest
    @CsvSource({"50", "1000", "100000"})
    void givesTheKnownAnswerOfItsPublishedInputs(long each) {
        MapReduce functions = new MapReduce(SEED);
        Interpreter interpreter =
                new Interpreter(Formats.load("660.json", MapReduce.text().getBytes(StandardCharsets.UTF_8)));
        List<Effect.Dispatch> open = new ArrayList<>();
        List<String> invoked = new ArrayList<>();
        take(interpreter.start("k", MapReduce.input(each)), open);
        Random random = new Random(SEED);
        while (!open.isEmpty()) {
            Effect.Dispatch next = open.remove(random.nextInt(open.size()));
            invoked.add(next.function());
            take(interpreter.complete(next, functions.call(next.function(), Json.parse(next.input()))), open);
        }
        assertThat(interpreter.status("k"))
                .as("-Dseed=%d", SEED)
                .containsEntry("status", "COMPLETED")
                .containsEntry("output", MapReduce.answer(each));
        assertThat(invoked)
                .containsExactly(
                        "split", "map", "map", "map", "shuffle", "reduce", "reduce", "reduce", "reduce", "reduce");
    }

    private static void take(List<Effect> effects, List<Effect.Dispatch> open) {
        effects.stream()
                .filter(Effect.Dispatch.class::isInstance)
                .map(Effect.Dispatch.class::cast)
                .forEach(open::add);
    }
}
