package io.talflow.tal.replay;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.semantics.Definitions;
import io.talflow.tal.semantics.Effect;
import io.talflow.tal.semantics.LogEvent;
import io.talflow.tal.semantics.PlainMatcher;
import io.talflow.tal.semantics.Program;
import io.talflow.tal.semantics.TaskEngine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides once more all that was decided in a task, from its recorded events alone, and compares: the executable semantics with
 * the meaning of each pattern spelled out, in memory, without Flink, Kafka or a clock.
 */
public final class Replay {
    private final History history;
    private final TaskEngine engine;
    private final StagedRows rows = new StagedRows();
    private final Map<Long, List<Map<String, Object>>> derived = new HashMap<>();
    private final Map<Long, String> failures = new HashMap<>();
    private final Map<String, Effect.Dispatch> calls = new HashMap<>();

    private Replay(History history) {
        this.history = history;
        byte[] text = history.definition().getBytes(StandardCharsets.UTF_8);
        Program program = Program.of(Formats.load(history.file(), text), history.version());
        this.engine = new TaskEngine(
                new OnlyDefinition(history, neverBegan(history) ? Optional.empty() : Optional.of(program)),
                new PlainMatcher());
    }

    /**
     * Replays a history.
     *
     * @throws io.talflow.tal.InvalidTal if this version does not accept its definition
     */
    public static Outcome of(History history) {
        Replay replay = new Replay(history);
        history.events().forEach(replay::apply);
        return replay.compared();
    }

    /** When a definition came to the job is not in the log; that it did not come before the task's end, its history says. */
    private static boolean neverBegan(History history) {
        return history.events().stream()
                .flatMap(entry -> entry.decisions().stream())
                .anyMatch(decision -> TaskEngine.NOT_BEGUN.equals(decision.get("noted")));
    }

    /**
     * What a firing was called with, by its last attempt: the log does not say, it follows from the log.
     *
     * @return empty if it was not called
     * @throws io.talflow.tal.InvalidTal if this version does not accept the definition
     */
    public static Optional<Effect.Dispatch> lastCall(History history, String firing) {
        Replay replay = new Replay(history);
        history.events().forEach(replay::apply);
        return Optional.ofNullable(replay.calls.get(firing));
    }

    /** As the job does: an event that cannot be applied leaves nothing behind. */
    private void apply(History.Entry entry) {
        List<Effect> effects;
        try {
            effects = engine.apply(
                    rows, new LogEvent(entry.event(), entry.partition(), entry.offset(), entry.timeMillis()));
        } catch (RuntimeException e) {
            rows.discard();
            failures.put(entry.offset(), e.toString());
            return;
        }
        rows.keep();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Decision decision) {
                derived.computeIfAbsent((Long) decision.data().get("offset"), first -> new ArrayList<>())
                        .add(History.decision(Json.parseObject(Json.bytes(decision.data()))));
            } else if (effect instanceof Effect.Dispatch call) {
                calls.put(call.firing(), call);
            } else if (effect instanceof Effect.Sweep) {
                sweep();
            }
        }
    }

    private void sweep() {
        boolean more = true;
        while (more) {
            more = engine.sweep(rows);
            rows.keep();
        }
    }

    private Outcome compared() {
        long lastRecorded = history.events().stream()
                .filter(entry -> !entry.decisions().isEmpty())
                .mapToLong(History.Entry::offset)
                .max()
                .orElse(-1);
        int events = 0;
        int decisions = 0;
        int ahead = 0;
        for (History.Entry entry : history.events()) {
            List<Map<String, Object>> again = derived.getOrDefault(entry.offset(), List.of());
            if (entry.offset() > lastRecorded) {
                ahead += again.size();
            } else if (entry.decisions().equals(again)) {
                decisions += again.size();
            } else {
                Difference difference =
                        new Difference(events + 1, entry, again, Optional.ofNullable(failures.get(entry.offset())));
                return new Outcome(history.task(), events, decisions, 0, status(), Optional.of(difference));
            }
            events++;
        }
        return new Outcome(history.task(), events, decisions, ahead, status(), Optional.empty());
    }

    /** The task's status after its last event, asked as anybody asks. */
    private Map<String, Object> status() {
        TalEvent query = TalEvent.engine(
                "replay", "/talflow/replay", EventTypes.TASK_QUERY, history.task(), Map.of("query", "replay"));
        return engine.apply(rows, new LogEvent(query, 0, Long.MAX_VALUE, 0)).stream()
                .filter(Effect.Reply.class::isInstance)
                .map(reply -> ((Effect.Reply) reply).state())
                .findFirst()
                .orElseThrow();
    }

    /** The one definition a history brings; it is the current one, too. */
    private record OnlyDefinition(History history, Optional<Program> program) implements Definitions {
        @Override
        public Optional<Program> find(String workflow, String version) {
            return program.filter(one -> workflow.equals(history.workflow()) && version.equals(history.version()));
        }

        @Override
        public Optional<String> current(String workflow) {
            return program.filter(one -> workflow.equals(history.workflow())).map(one -> history.version());
        }
    }
}
