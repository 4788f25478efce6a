package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Cancels, commands, retries, skips and losses that race with outcomes")
class RacesPropertyTest {
    private static final long SEED = Long.getLong("seed", 20260103L);
    private static final int CASES = Integer.getInteger("cases", 1_000);
    private static final int STEPS = 30;

    private static final String WORKFLOW = """
            tal: 1
            workflow: trip
            events: {more: {type: com.example.more}, drop: {type: com.example.drop}}
            functions:
              book: {python: book.py, compensate: unbook}
              pay: {python: pay.py, compensate: refund, retry: [{errorEquals: [Busy], interval: 5ms, maxAttempts: 2}]}
              ship: {python: ship.py}
              unbook: {python: unbook.py, retry: [{errorEquals: [Busy], interval: 5ms, maxAttempts: 1}]}
              refund: {python: refund.py}
            rules:
              - {id: go, when: started, do: [{invoke: book}, {invoke: pay}]}
              - {id: more, when: {event: more}, fires: each, maxConcurrency: 1, do: {invoke: book, as: extra}}
              - {id: ship, when: {all: [{settled: book}, {completed: pay}]}, do: {invoke: ship}}
              - {id: caught, when: {failed: book}, do: {skip: book}}
              - {id: undo, when: {failed: pay}, do: {fail: {error: Trip.Unpaid, compensate: true}}}
              - {id: drop, when: {event: drop}, fires: each, do: {cancel: extra}}
              - {id: end, when: {settled: ship}, do: {complete: done}}
            """;
    private static final List<String> UNDOABLE = List.of("book", "pay", "extra");
    private static final Map<String, Set<String>> NEXT = Map.of(
            "WAITING", Set.of("WAITING", "RUNNING", "FAILED", "CANCELLED"),
            "RUNNING", Set.of("RUNNING", "COMPENSATING", "COMPLETED", "FAILED", "CANCELLED"),
            "COMPENSATING", Set.of("COMPENSATING", "FAILED", "CANCELLED"),
            "QUEUED", Set.of("QUEUED", "RUNNING", "CANCELLED"),
            "BACKOFF", Set.of("BACKOFF", "QUEUED", "RUNNING", "CANCELLED"));
    private static final Set<String> RUNNING_NEXT =
            Set.of("RUNNING", "QUEUED", "BACKOFF", "COMPLETED", "FAILED", "CANCELLED");

    private final Map<String, String> phases = new HashMap<>();
    private final List<String> completed = new ArrayList<>();
    private final Set<String> undone = new LinkedHashSet<>();

    @Test
    void takeOnlyTheTransitionsThatThereAreAndUndoWhatCompletedOnce() {
        Set<String> ends = new LinkedHashSet<>();
        for (int number = 0; number < CASES; number++) {
            ends.add(race(SEED + number));
        }
        assertThat(ends)
                .as("all ways to end were drawn")
                .contains("COMPLETED", "FAILED", "CANCELLED", "FAILED undone", "CANCELLED undone");
    }

    private String race(long seed) {
        phases.clear();
        completed.clear();
        undone.clear();
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        TaskScript task = new TaskScript(WORKFLOW).start(Map.of());
        int seen = 0;
        long now = 0;
        for (int step = 0; step < STEPS; step++) {
            String why = "-Dseed=%d -Dcases=1, step %d".formatted(seed, step);
            boolean over = isFinal(task.ended());
            seen = look(task, seen, why);
            task.at(now += random.nextInt(6));
            boolean command = disturb(task, random);
            List<Effect> fresh = task.effects.subList(seen, task.effects.size());
            if (over) {
                assertThat(fresh)
                        .as("%s: of a task that has ended", why)
                        .allMatch(effect -> effect instanceof Effect.Decision || effect instanceof Effect.DeadLetter);
            }
            if (command) {
                assertThat(fresh)
                        .as("%s: told in the history, or by a status", why)
                        .anyMatch(RacesPropertyTest::isTold);
            }
        }
        look(task, seen, "-Dseed=%d -Dcases=1, at the end".formatted(seed));
        return isFinal(task.ended()) ? undoneAll(task, seed) : task.ended();
    }

    private static boolean isTold(Effect effect) {
        return effect instanceof Effect.Decision
                || (effect instanceof Effect.Status status && status.type().equals(Effect.Status.TASK));
    }

    /** @return whether it was an operator's command */
    private static boolean disturb(TaskScript task, Random random) {
        int kind = random.nextInt(40);
        List<Effect.Dispatch> calls = task.ofType(Effect.Dispatch.class);
        Effect.Dispatch call = calls.get(random.nextInt(calls.size()));
        if (kind == 0) {
            task.cancel(random.nextInt(3) > 0);
            return true;
        }
        if (kind < 4) {
            String rule = List.of("ship", "more", "undo", "none").get(random.nextInt(4));
            task.rules(Map.of(random.nextBoolean() ? "disable" : "enable", rule, "by", "test"));
            return true;
        }
        if (kind < 20) {
            task.complete(call, Map.of("n", 1L));
        } else if (kind < 26) {
            task.fail(call, random.nextInt(3) == 0 ? "Boom" : "Busy");
        } else if (kind < 29) {
            task.lost(call, "n1", "n2");
        } else if (kind < 34) {
            task.event("com.example.more", 1L);
        } else if (kind < 36) {
            task.event("com.example.drop", 1L);
        } else {
            task.clock();
        }
        return false;
    }

    /** Follows the statuses told since the last look. */
    private int look(TaskScript task, int from, String why) {
        for (Effect effect : List.copyOf(task.effects.subList(from, task.effects.size()))) {
            if (effect instanceof Effect.Status status) {
                String phase = String.valueOf(status.data().get("status"));
                String before = phases.put(status.key(), phase);
                boolean ofTask = status.type().equals(Effect.Status.TASK);
                if (before != null) {
                    Set<String> next =
                            ofTask || !before.equals("RUNNING") ? NEXT.getOrDefault(before, Set.of()) : RUNNING_NEXT;
                    assertThat(next)
                            .as("%s: %s was %s", why, status.key(), before)
                            .contains(phase);
                }
                String node = String.valueOf(status.data().get("node"));
                if (!ofTask && phase.equals("COMPLETED") && UNDOABLE.contains(node)) {
                    completed.add(node);
                }
            } else if (effect instanceof Effect.Dispatch call && call.as().startsWith("compensate:")) {
                undone.add(call.firing() + " " + call.as());
            }
        }
        assertThat(running(task)).as("%s: of a rule with maxConcurrency 1", why).isLessThanOrEqualTo(1);
        return task.effects.size();
    }

    private long running(TaskScript task) {
        return task.calls("extra").stream()
                .map(Effect.Dispatch::firing)
                .distinct()
                .filter(firing -> "RUNNING".equals(phases.get(firing)))
                .count();
    }

    private String undoneAll(TaskScript task, long seed) {
        assertThat(phases.values()).as("-Dseed=%d: nothing is left open", seed).noneMatch(NEXT::containsKey);
        if (undone.isEmpty()) {
            return task.ended();
        }
        List<String> order = new ArrayList<>(completed);
        Collections.reverse(order);
        assertThat(undone.stream().map(call -> call.replaceAll(".*compensate:", "")))
                .as("-Dseed=%d -Dcases=1: each that completed, once, the last first", seed)
                .containsExactlyElementsOf(order);
        return task.ended() + " undone";
    }

    private static boolean isFinal(String status) {
        return !NEXT.containsKey(status);
    }
}
