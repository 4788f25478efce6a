package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.importer.Formats;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A join")
class JoinTest {
    private static final long SEED = Long.getLong("seed", 20260102L);

    @ParameterizedTest(name = "of {0} parts")
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void firesOnceInEveryOrder(int width) {
        permutations(width)
                .forEach(order ->
                        assertThat(joins(width, order)).as(order.toString()).isEqualTo(1));
    }

    @Test
    void ofFiveThousandFiresOnceAtTheLastWithRepeatsInBetween() {
        List<Integer> order = new ArrayList<>();
        IntStream.range(0, 5_000).forEach(part -> {
            order.add(part);
            if (part % 3 == 0) {
                order.add(part);
            }
        });
        Collections.shuffle(order, new Random(SEED));
        assertThat(joins(5_000, order)).as("-Dseed=%d", SEED).isEqualTo(1);
    }

    @Test
    void ofAGatherFiresWhateverEndsFirstAndReplaysToTheSameRows() {
        Random random = new Random(SEED);
        for (int run = 0; run < 50; run++) {
            int width = random.nextInt(40);
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, width).boxed().toList());
            Collections.shuffle(order, random);
            Interpreter first = gather(width, order);
            Interpreter again = gather(width, order);
            assertThat(first.status("k"))
                    .as("-Dseed=%d, run %d", SEED, run)
                    .containsEntry("status", "COMPLETED")
                    .containsEntry(
                            "output",
                            IntStream.range(0, width).mapToObj(i -> (long) i).toList());
            assertThat(first.rows("k").keySet()).isEqualTo(again.rows("k").keySet());
            first.rows("k")
                    .forEach((name, row) ->
                            assertThat(again.rows("k").get(name)).as(name).isEqualTo(row));
        }
    }

    private static Interpreter gather(int width, List<Integer> order) {
        Interpreter task = interpreter("""
                tal: 1
                workflow: w
                functions:
                  split: {replay: {runtime: 0s}, emits: {parts: stream}}
                  body: {replay: {runtime: 0s}}
                rules:
                  - {when: started, do: {invoke: split}}
                  - {when: {item: split.parts}, fires: each, do: {invoke: body}}
                  - {when: {gather: {completed: body}, over: split.parts}, do: {complete: "${ values }"}}
                """);
        Effect.Dispatch split = dispatches(task.start("k", Map.of())).get(0);
        List<Effect.Dispatch> bodies = dispatches(task.complete(
                split, Map.of("parts", IntStream.range(0, width).boxed().toList())));
        order.forEach(slice -> task.complete(bodies.get(slice), (long) slice));
        return task;
    }

    /** How often a join of {@code width} invocations fires when they complete in {@code order}. */
    private static long joins(int width, List<Integer> order) {
        StringBuilder text =
                new StringBuilder("tal: 1\nworkflow: w\nfunctions: {f: {replay: {runtime: 0s}}}\nrules:\n");
        text.append("  - when: started\n    do:\n");
        IntStream.range(0, width).forEach(part -> text.append("      - {invoke: f, as: p%d}%n".formatted(part)));
        text.append("  - when:\n      all:\n");
        IntStream.range(0, width).forEach(part -> text.append("        - {completed: p%d}%n".formatted(part)));
        text.append(
                "    fires: each\n    do: {invoke: f, as: joined}\n  - {when: {completed: joined}, do: {complete: 1}}\n");
        Interpreter task = interpreter(text.toString());
        List<Effect.Dispatch> parts = dispatches(task.start("k", Map.of()));
        long fired = 0;
        for (int part : order) {
            fired += dispatches(task.complete(parts.get(part), null)).size();
        }
        return fired;
    }

    private static Interpreter interpreter(String text) {
        return new Interpreter(Formats.load("w.yaml", text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Effect.Dispatch> dispatches(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Dispatch.class::isInstance)
                .map(Effect.Dispatch.class::cast)
                .toList();
    }

    private static List<List<Integer>> permutations(int width) {
        if (width == 0) {
            return List.of(List.of());
        }
        List<List<Integer>> all = new ArrayList<>();
        for (List<Integer> shorter : permutations(width - 1)) {
            for (int at = 0; at < width; at++) {
                List<Integer> order = new ArrayList<>(shorter);
                order.add(at, width - 1);
                all.add(order);
            }
        }
        return all;
    }
}
