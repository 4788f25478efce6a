package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A value that nothing names at some place of the log")
class UnnamedPropertyTest {
    private static final long SEED = Long.getLong("seed", 20260301L);
    private static final int CASES = Integer.getInteger("cases", 300);
    private static final int STEPS = 60;

    private static final String WORKFLOW = """
            tal: 1
            workflow: draw
            events: {note: {type: com.example.note}, drop: {type: com.example.drop}, stop: {type: com.example.stop}}
            functions:
              split: {python: f.py, emits: {head: value, parts: stream}, compensate: undo}
              body: {python: f.py, retry: [{errorEquals: [Busy], interval: 5ms, maxAttempts: 2}]}
              keep: {python: f.py}
              undo: {python: f.py}
            rules:
              - {id: go, when: started, do: {invoke: split, with: "${ input }"}}
              - {id: head, when: {ready: split.head}, do: [{set: {head: "${ event.data }"}}, {invoke: keep, with: "${ event.data }"}]}
              - {id: each, when: {item: split.parts}, fires: each, maxConcurrency: 2, do: {invoke: body, with: "${ event.data }"}}
              - {id: join, when: {gather: {completed: body}, over: split.parts}, do: {invoke: keep, as: merge, with: {all: "${ values }"}}}
              - {id: three, when: {count: 3, of: {completed: body}}, fires: each, do: {invoke: keep, as: some, with: {some: "${ values }"}}}
              - {id: few, when: {batch: {completed: body}, size: 4, maxWait: 20ms}, fires: each, do: {invoke: keep, as: few, with: {few: "${ values }"}}}
              - {id: pair, when: {all: [{completed: keep}, {event: note}]}, fires: each, do: {invoke: keep, as: pair, with: {both: "${ values }"}}}
              - {id: after, when: {seq: [{completed: some}, {event: note}], within: 30ms}, fires: each, do: {invoke: keep, as: after, with: {two: "${ values }"}}}
              - {id: again, when: {event: drop}, fires: each, if: "${ 'head' in context }", do: [{invoke: keep, as: old, with: "${ context.head }"}, {set: {head: null}}]}
              - {id: last, when: {completed: merge}, do: {invoke: keep, as: last, with: {first: "${ results['keep'] }", all: "${ event.data }"}}}
              - {id: undo, when: {event: stop}, do: {fail: {error: Stopped, compensate: true}}}
              - {id: end, when: {completed: last}, do: {complete: "${ event.data }"}}
            """;

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    /** Ids of values, and the firing that put each. */
    private final Map<String, String> put = new HashMap<>();

    private final Set<String> unnamed = new LinkedHashSet<>();
    private int slices;

    @Test
    void isReadByNoCallThatComesLater() {
        int freed = 0;
        Set<String> ends = new LinkedHashSet<>();
        for (int number = 0; number < CASES; number++) {
            put.clear();
            unnamed.clear();
            slices = 0;
            ends.add(run(SEED + number));
            freed += unnamed.size();
        }
        assertThat(freed).as("values that were let go before their task's end").isGreaterThan(CASES / 2);
        assertThat(ends).as("all ways to end were drawn").contains("RUNNING", "COMPLETED", "FAILED");
    }

    private String run(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        TaskScript task = new TaskScript(WORKFLOW).start(Map.of());
        int seen = 0;
        long now = 0;
        for (int step = 0; step < STEPS; step++) {
            String why = "-Dseed=%d -Dcases=1, step %d".formatted(seed, step);
            seen = look(task, seen, why);
            if (random.nextBoolean()) {
                unnamed.addAll(task.unnamed(put));
            }
            task.at(now += random.nextInt(6));
            speak(task, random, step);
        }
        look(task, seen, "-Dseed=%d -Dcases=1, at the end".formatted(seed));
        return task.ended();
    }

    /** Whatever runs puts a value at once, and may read what its input names. */
    private int look(TaskScript task, int from, String why) {
        for (Effect effect : task.effects.subList(from, task.effects.size())) {
            if (effect instanceof Effect.Dispatch call) {
                assertThat(ids(call)).as("%s: %s reads", why, call.firing()).noneMatch(unnamed::contains);
                put.put(id(call), call.firing());
            }
        }
        return task.effects.size();
    }

    private void speak(TaskScript task, Random random, int step) {
        List<Effect.Dispatch> calls = task.ofType(Effect.Dispatch.class);
        Effect.Dispatch call = random.nextInt(3) == 0 ? calls.get(0) : calls.get(random.nextInt(calls.size()));
        boolean streams = call.function().equals("split");
        int kind = random.nextInt(20);
        if (kind < 6 && streams) {
            task.item(call, "parts", "k" + slices++, says(call, random));
        } else if (kind < 8 && streams) {
            task.ready(call, "head", reference(id(call)));
        } else if (kind < 13) {
            if (!streams || random.nextInt(4) == 0) {
                task.complete(call, says(call, random));
            }
        } else if (kind < 14) {
            task.fail(call, streams || random.nextInt(6) > 0 ? "Busy" : "Boom");
        } else if (kind < 15) {
            task.lost(call, "n1", "n2");
        } else if (kind < 17) {
            task.event("com.example.note", 1L);
        } else if (kind < 18) {
            task.event("com.example.drop", 1L);
        } else if (step > STEPS / 2 && random.nextInt(10) == 0) {
            task.event("com.example.stop", 1L);
        } else {
            task.clock();
        }
    }

    /** The value it put, and perhaps one it was given. */
    private static Map<String, Object> says(Effect.Dispatch call, Random random) {
        List<Object> said = new ArrayList<>();
        said.add(reference(id(call)));
        List<String> given = ids(call);
        if (!given.isEmpty() && random.nextInt(3) == 0) {
            said.add(reference(given.get(random.nextInt(given.size()))));
        }
        return Map.of("out", said);
    }

    /** Every attempt of a firing says the same, so they put one value. */
    private static String id(Effect.Dispatch call) {
        return "%016x%016x".formatted(call.firing().hashCode(), 7L);
    }

    private static Map<String, Object> reference(String id) {
        return Map.of("$data", Map.of("name", "v", "href", "/v1/runtime/data/n/%s?bytes=1".formatted(id)));
    }

    private static List<String> ids(Effect.Dispatch call) {
        Matcher ids = ID.matcher(new String(call.input(), StandardCharsets.UTF_8));
        List<String> found = new ArrayList<>();
        while (ids.find()) {
            found.add(ids.group());
        }
        return found;
    }
}
