package io.talflow.tal.semantics;

import io.talflow.tal.event.TalEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers to queries, which are events of the task they ask about, and change nothing. */
final class Queries {
    private Queries() {}

    static void answer(
            TaskState state, TaskHeader header, TalEvent query, Optional<Program> program, List<Effect> effects) {
        if (!(query.value() instanceof Map<?, ?> data) || !(data.get("query") instanceof String id)) {
            effects.add(new Effect.DeadLetter(
                    query, "task/bad-query", "data of a query must be {query: ID, explain?, all?, values?}"));
            return;
        }
        if (header == null) {
            effects.add(new Effect.Reply(id, Map.of("task", query.task(), "status", "UNKNOWN")));
            return;
        }
        if (data.get("values") instanceof List<?> values) {
            effects.add(new Effect.Reply(id, new Unnamed(state, header).answer(values)));
            return;
        }
        Object explain = data.get("explain");
        effects.add(new Effect.Reply(
                id,
                explain == null
                        ? TaskStatus.of(state, header, true)
                        : Explanation.of(
                                state,
                                header,
                                program,
                                String.valueOf(explain),
                                Boolean.TRUE.equals(data.get("all")))));
    }
}
