package io.talflow.tal.semantics;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The executable semantics of a task: one event at a time, in log order. What it returns and leaves in the rows is a
 * function of the rows and the event alone, so replaying a task's events from its start rebuilds both.
 *
 * <p>docs/semantics.md says in words what this does.
 */
public final class TaskEngine {
    /** Foreign events of a task whose (source, id) is remembered; a repeat that comes later than that counts again. */
    public static final int FOREIGN_WINDOW = 4096;

    /** Events kept for a task that waits for its definition. */
    static final int MAX_PARKED = 10_000;

    private final Definitions definitions;
    private final Matcher matcher;

    public TaskEngine(Definitions definitions, Matcher matcher) {
        this.definitions = definitions;
        this.matcher = matcher;
    }

    /** Applies one event of the task whose rows these are. */
    public List<Effect> apply(Rows rows, LogEvent logEvent) {
        TaskState state = new TaskState(rows);
        TaskHeader header = state.header();
        List<Effect> effects = new ArrayList<>();
        if (header == null) {
            first(state, logEvent, effects);
        } else if (header.status.isFinal()) {
            late(state, header, logEvent, effects);
        } else if (header.status == Status.WAITING) {
            waiting(state, header, logEvent, effects);
        } else {
            running(state, header, logEvent, effects);
        }
        return effects;
    }

    /** Goes on with a task that waited for a definition; does nothing if it still is not known. */
    public List<Effect> resume(Rows rows) {
        TaskState state = new TaskState(rows);
        TaskHeader header = state.header();
        List<Effect> effects = new ArrayList<>();
        if (header != null && header.status == Status.WAITING) {
            begin(state, header, effects);
            state.save(header);
        }
        return effects;
    }

    private void first(TaskState state, LogEvent logEvent, List<Effect> effects) {
        TalEvent event = logEvent.event();
        if (event.type().equals(EventTypes.TASK_QUERY)) {
            reply(event, Map.of("task", event.task(), "status", "UNKNOWN"), effects);
            return;
        }
        if (!event.type().equals(EventTypes.TASK_STARTED)) {
            effects.add(new Effect.DeadLetter(
                    event, "task/unknown", "no task %s: its start event has not been seen".formatted(event.task())));
            return;
        }
        StartEvent start;
        try {
            start = StartEvent.of(event);
        } catch (IllegalArgumentException e) {
            effects.add(new Effect.DeadLetter(event, "task/bad-start", e.getMessage()));
            return;
        }
        TaskHeader header = new TaskHeader(
                event.task(), start.workflow(), logEvent.partition(), logEvent.offset(), logEvent.timeMillis());
        header.updatedAt = logEvent.timeMillis();
        header.version = start.version();
        state.put("in", io.talflow.tal.Json.bytes(start.input()));
        new Parking(state, header).add(logEvent);
        begin(state, header, effects);
        state.save(header);
    }

    /** Runs the parked events if the definition is known; else says what is missing. */
    private void begin(TaskState state, TaskHeader header, List<Effect> effects) {
        if (header.version.isEmpty()) {
            Optional<String> current = definitions.current(header.workflow);
            if (current.isPresent()) {
                effects.add(new Effect.Append(pinned(header, current.get())));
            } else {
                effects.add(new Effect.AwaitDefinition(header.task, header.workflow, ""));
            }
            status(state, header, effects);
            return;
        }
        Optional<Program> program = definitions.find(header.workflow, header.version);
        if (program.isEmpty()) {
            effects.add(new Effect.AwaitDefinition(header.task, header.workflow, header.version));
            status(state, header, effects);
            return;
        }
        header.status = Status.RUNNING;
        for (LogEvent parked : new Parking(state, header).drain()) {
            // Counted now and not when it was kept: what is decided must not depend on when the definition came.
            header.advance(parked.timeMillis());
            if (header.status.isFinal()) {
                ignoreLate(header, parked, effects);
            } else {
                new TaskStep(state, header, program.get(), matcher, parked, effects).run();
            }
        }
    }

    private void waiting(TaskState state, TaskHeader header, LogEvent logEvent, List<Effect> effects) {
        TalEvent event = logEvent.event();
        boolean pins = event.type().equals(EventTypes.TASK_PINNED) && header.version.isEmpty();
        switch (event.type()) {
            case EventTypes.TASK_QUERY -> reply(event, TaskStatus.of(state, header, true), effects);
            case EventTypes.TASK_CANCEL -> {
                header.advance(logEvent.timeMillis());
                header.status = Status.CANCELLED;
                header.endedAt = header.updatedAt;
                new Parking(state, header).drain();
                status(state, header, effects);
            }
            default -> {
                if (pins) {
                    header.advance(logEvent.timeMillis());
                    header.version = String.valueOf(((Map<?, ?>) event.value()).get("version"));
                    begin(state, header, effects);
                } else if (header.parked < MAX_PARKED) {
                    new Parking(state, header).add(logEvent);
                } else {
                    effects.add(new Effect.DeadLetter(
                            event,
                            "task/too-many-parked",
                            "%s waits for definition %s and already keeps %d events"
                                    .formatted(header.task, header.workflow, MAX_PARKED)));
                }
            }
        }
        state.save(header);
    }

    private void running(TaskState state, TaskHeader header, LogEvent logEvent, List<Effect> effects) {
        TalEvent event = logEvent.event();
        if (event.type().equals(EventTypes.TASK_QUERY)) {
            reply(event, TaskStatus.of(state, header, true), effects);
            return;
        }
        Optional<Program> program = definitions.find(header.workflow, header.version);
        if (program.isEmpty()) {
            throw new IllegalStateException("definition %s@%s of running task %s is gone"
                    .formatted(header.workflow, header.version, header.task));
        }
        header.advance(logEvent.timeMillis());
        new TaskStep(state, header, program.get(), matcher, logEvent, effects).run();
        state.save(header);
    }

    private static void late(TaskState state, TaskHeader header, LogEvent logEvent, List<Effect> effects) {
        TalEvent event = logEvent.event();
        if (event.type().equals(EventTypes.TASK_QUERY)) {
            reply(event, TaskStatus.of(state, header, true), effects);
            return;
        }
        header.advance(logEvent.timeMillis());
        ignoreLate(header, logEvent, effects);
        state.save(header);
    }

    private static void ignoreLate(TaskHeader header, LogEvent logEvent, List<Effect> effects) {
        header.ignored++;
        effects.add(new Effect.Decision(header.task, ignored(header, logEvent, "task has ended")));
    }

    static Map<String, Object> ignored(TaskHeader header, LogEvent logEvent, String reason) {
        Map<String, Object> decision = TaskStep.decision(header, logEvent);
        decision.put("ignored", reason);
        return decision;
    }

    private static void status(TaskState state, TaskHeader header, List<Effect> effects) {
        effects.add(new Effect.Status(header.task, Effect.Status.TASK, TaskStatus.of(state, header, false)));
    }

    private static void reply(TalEvent event, Map<String, Object> status, List<Effect> effects) {
        if (event.value() instanceof Map<?, ?> data && data.get("query") instanceof String query) {
            effects.add(new Effect.Reply(query, status));
        } else {
            effects.add(new Effect.DeadLetter(event, "task/bad-query", "data of a query must be {query: ID}"));
        }
    }

    private static TalEvent pinned(TaskHeader header, String version) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("workflow", header.workflow);
        data.put("version", version);
        return TalEvent.engine(
                header.firingPrefix() + "pinned", "/talflow/job", EventTypes.TASK_PINNED, header.task, data);
    }
}
