package io.talflow.tal.semantics;

import io.talflow.tal.Json;
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
    /** Events kept for a task that waits for its definition. */
    static final int MAX_PARKED = 10_000;
    /** Of a task that has ended: ignored events up to which each is told in the history; a flood's others are counted. */
    static final int MAX_IGNORED_TOLD = 1_000;
    /** What the history notes of a cancel that found its task waiting for its definition. */
    public static final Map<String, Object> NOT_BEGUN = Map.of("begun", false);
    /** Rows removed in one sweep. */
    private static final int SWEPT = 200;

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
        if (logEvent.event().type().equals(EventTypes.TASK_QUERY)) {
            Queries.answer(state, header, logEvent.event(), programOf(header), effects);
            return effects;
        }
        if (header == null) {
            rows.none();
        }
        if (header == null || header.status == Status.EARLY) {
            header = unstarted(state, header, logEvent, effects);
        } else if (header.status == Status.WAITING) {
            waiting(state, header, logEvent, effects);
        } else {
            running(state, header, logEvent, effects);
        }
        save(state, header, logEvent.event(), effects);
        return effects;
    }

    /** Goes on with a task that waited for a definition; does nothing if it still is not known. */
    public List<Effect> resume(Rows rows) {
        TaskState state = new TaskState(rows);
        TaskHeader header = state.header();
        List<Effect> effects = new ArrayList<>();
        if (header != null && header.status == Status.WAITING) {
            begin(state, header, effects);
            save(state, header, null, effects);
        }
        return effects;
    }

    /** Removes some of the rows that a task does not need any more. @return whether there are more */
    public boolean sweep(Rows rows) {
        TaskState state = new TaskState(rows);
        TaskHeader header = state.header();
        Optional<Program> program = header == null ? Optional.empty() : programOf(header);
        if (program.isEmpty()) {
            return false;
        }
        TaskRun run = new TaskRun(state, header, program.get(), matcher, null, null, new ArrayList<>());
        boolean more = new Remains(run).sweep(SWEPT);
        state.save(header);
        return more;
    }

    /** Removes the tombstone of a task that has ended; its id is free after that. */
    public void forget(Rows rows) {
        TaskHeader header = new TaskState(rows).header();
        if (header != null && header.status.isFinal()) {
            List.of("h", "out", "err").forEach(rows::remove);
        }
    }

    private Optional<Program> programOf(TaskHeader header) {
        return header == null || header.version.isEmpty()
                ? Optional.empty()
                : definitions.find(header.workflow, header.version);
    }

    /** Saves the header, and sets the clock for what is due next. */
    private static void save(TaskState state, TaskHeader header, TalEvent event, List<Effect> effects) {
        if (header == null) {
            return;
        }
        long due = Math.min(new Timers(state, header).due(), header.deadlineMicros);
        long at = due == Timers.NEVER || header.status == Status.WAITING ? 0 : Math.floorDiv(due + 999, 1000L);
        boolean rang = event != null && event.type().equals(EventTypes.TASK_TIMER);
        if (at != header.clockAt || (rang && at > 0)) {
            effects.add(new Effect.Clock(header.task, header.clockAt, at));
            header.clockAt = at;
        }
        if (header.status == Status.EARLY && header.parked == 0) {
            // Nobody waits under this id any more, and who sent to it may never start it.
            state.remove("h");
        } else {
            state.save(header);
        }
    }

    private TaskHeader unstarted(TaskState state, TaskHeader early, LogEvent logEvent, List<Effect> effects) {
        TalEvent event = logEvent.event();
        if (early != null) {
            early.advance(logEvent.timeMillis());
            EarlyEvents.expire(state, early, effects);
        }
        if (event.type().equals(EventTypes.TASK_STARTED)) {
            return start(state, early, logEvent, effects);
        }
        if (event.type().equals(EventTypes.TASK_TIMER)) {
            return early;
        }
        if (!EarlyEvents.isKept(event)) {
            effects.add(new Effect.DeadLetter(
                    event, "task/unknown", "no task %s: its start event has not been seen".formatted(event.task())));
            return early;
        }
        TaskHeader header = early;
        if (header == null) {
            header = EarlyEvents.header(logEvent);
            header.advance(logEvent.timeMillis());
        }
        EarlyEvents.keep(state, header, logEvent, effects);
        return header;
    }

    private TaskHeader start(TaskState state, TaskHeader early, LogEvent logEvent, List<Effect> effects) {
        TalEvent event = logEvent.event();
        StartEvent start;
        try {
            start = StartEvent.of(event);
        } catch (IllegalArgumentException e) {
            effects.add(new Effect.DeadLetter(event, "task/bad-start", e.getMessage()));
            return early;
        }
        List<Parking.Parked> kept = early == null ? List.of() : new Parking(state, early).drain();
        TaskHeader header = new TaskHeader(
                event.task(), start.workflow(), logEvent.partition(), logEvent.offset(), logEvent.timeMillis());
        if (early != null) {
            header.clockMicros = early.clockMicros - 1; // the start counts when it is applied
            header.clockAt = early.clockAt;
        }
        header.updatedAt = logEvent.timeMillis();
        header.version = start.version();
        header.parent = event.extensions().getOrDefault(EventTypes.PARENT, "");
        header.nodes = event.extensions().getOrDefault(EventTypes.NODES, "");
        state.put("in", Json.bytes(start.input()));
        Parking parking = new Parking(state, header);
        parking.add(logEvent, Timers.NEVER);
        for (Parking.Parked parked : kept) {
            parking.put(new Parking.Parked(parked.event(), Timers.NEVER));
        }
        begin(state, header, effects);
        return header;
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
        if (definitions.find(header.workflow, header.version).isEmpty()) {
            effects.add(new Effect.AwaitDefinition(header.task, header.workflow, header.version));
            status(state, header, effects);
            return;
        }
        header.status = Status.RUNNING;
        for (Parking.Parked parked : new Parking(state, header).drain()) {
            running(state, header, parked.event(), effects);
        }
    }

    /** Events are counted when they are applied, so what is decided does not depend on when the definition came. */
    private void waiting(TaskState state, TaskHeader header, LogEvent logEvent, List<Effect> effects) {
        TalEvent event = logEvent.event();
        if (event.type().equals(EventTypes.TASK_CANCEL)) {
            cancelUnbegun(state, header, logEvent, effects);
        } else if (event.type().equals(EventTypes.TASK_PINNED) && header.version.isEmpty()) {
            header.advance(logEvent.timeMillis());
            header.version = String.valueOf(((Map<?, ?>) event.value()).get("version"));
            header.nodes = event.extensions().getOrDefault(EventTypes.NODES, header.nodes);
            begin(state, header, effects);
        } else if (header.parked < MAX_PARKED) {
            new Parking(state, header).add(logEvent, Timers.NEVER);
        } else {
            effects.add(new Effect.DeadLetter(
                    event,
                    "task/too-many-parked",
                    "%s waits for definition %s and already keeps %d events"
                            .formatted(header.task, header.workflow, MAX_PARKED)));
        }
    }

    /** Nothing of it has run and no rule has seen anything, so it ends as it stands, whatever its definition says. */
    private static void cancelUnbegun(TaskState state, TaskHeader header, LogEvent logEvent, List<Effect> effects) {
        header.advance(logEvent.timeMillis());
        header.status = Status.CANCELLED;
        header.endedAt = header.updatedAt;
        new Parking(state, header).drain();
        status(state, header, effects);
        state.remove("in");
        SubTasks.tellParent(state, header, effects);
        Map<String, Object> decision = TaskStep.decision(header, logEvent);
        decision.put("noted", NOT_BEGUN);
        decision.put("ended", header.status.name());
        effects.add(new Effect.Decision(header.task, decision));
        effects.add(new Effect.Ended(header.task));
    }

    private void running(TaskState state, TaskHeader header, LogEvent logEvent, List<Effect> effects) {
        Object data;
        try {
            data = logEvent.event().value();
        } catch (Json.NotJson e) {
            effects.add(
                    new Effect.DeadLetter(logEvent.event(), "event/malformed", "data is not JSON: " + e.getMessage()));
            return;
        }
        header.advance(logEvent.timeMillis());
        if (header.status.isFinal()) {
            header.ignored++;
            if (header.ignored <= MAX_IGNORED_TOLD) {
                effects.add(new Effect.Decision(header.task, ignored(header, logEvent, "task has ended")));
            }
            return;
        }
        Program program = programOf(header)
                .orElseThrow(() -> new IllegalStateException("definition %s@%s of running task %s is gone"
                        .formatted(header.workflow, header.version, header.task)));
        new TaskStep(new TaskRun(state, header, program, matcher, logEvent, data, effects)).apply();
    }

    static Map<String, Object> ignored(TaskHeader header, LogEvent logEvent, String reason) {
        Map<String, Object> decision = TaskStep.decision(header, logEvent);
        decision.put("ignored", reason);
        return decision;
    }

    private static void status(TaskState state, TaskHeader header, List<Effect> effects) {
        effects.add(new Effect.Status(header.task, Effect.Status.TASK, TaskStatus.of(state, header, false)));
    }

    private static TalEvent pinned(TaskHeader header, String version) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("workflow", header.workflow);
        data.put("version", version);
        return TalEvent.engine(
                header.firingPrefix() + "pinned", "/talflow/job", EventTypes.TASK_PINNED, header.task, data);
    }
}
