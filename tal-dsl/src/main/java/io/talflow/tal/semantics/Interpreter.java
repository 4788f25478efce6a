package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.model.Workflow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Runs tasks of one workflow in memory on the meaning of each pattern spelled out: no Flink, no log, no clock. Of tasks of
 * other workflows there are none: what is appended for them is told and goes nowhere.
 */
public final class Interpreter {
    /** The version its tasks run. */
    public static final String VERSION = "interpreted";

    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final Map<String, MapRows> tasks = new HashMap<>();
    private final TaskEngine engine;
    private final String workflow;
    private long offset;
    private long nowMillis = EPOCH_MILLIS;

    public Interpreter(Workflow workflow) {
        this(workflow, new PlainMatcher());
    }

    public Interpreter(Workflow workflow, Matcher matcher) {
        Program program = Program.of(workflow, VERSION);
        this.workflow = workflow.name();
        this.engine = new TaskEngine(
                new Definitions() {
                    @Override
                    public Optional<Program> find(String name, String version) {
                        return name.equals(workflow.name()) && version.equals(VERSION)
                                ? Optional.of(program)
                                : Optional.empty();
                    }

                    @Override
                    public Optional<String> current(String name) {
                        return name.equals(workflow.name()) ? Optional.of(VERSION) : Optional.empty();
                    }
                },
                matcher);
    }

    /** Starts a task {@code workflow/key}. */
    public List<Effect> start(String key, Object input) {
        String task = TaskId.of(workflow, key);
        Map<String, Object> data = Map.of("workflow", workflow, "version", VERSION, "input", input);
        return on(TalEvent.engine(task + "/start", "/talflow/interpreter", EventTypes.TASK_STARTED, task, data));
    }

    /** The outcome of a dispatched firing. */
    public List<Effect> complete(Effect.Dispatch dispatch, Object result) {
        return on(outcome(dispatch, EventTypes.INVOCATION_COMPLETED, result));
    }

    /** The failure of a dispatched firing. */
    public List<Effect> fail(Effect.Dispatch dispatch, String error, String message) {
        return on(outcome(dispatch, EventTypes.INVOCATION_FAILED, Map.of("error", error, "message", message)));
    }

    /** Appends an event to the log, a millisecond after the one before, and applies it. */
    public List<Effect> on(TalEvent event) {
        return on(event, nowMillis + 1);
    }

    /**
     * Appends an event to the log at a time and applies it, then what the job would append because of it.
     *
     * @param timeMillis as the broker would stamp it; it may lie before that of the last event
     */
    public List<Effect> on(TalEvent event, long timeMillis) {
        List<Effect> all = new ArrayList<>();
        offset++;
        nowMillis = timeMillis;
        MapRows rows = tasks.computeIfAbsent(event.task(), ignored -> new MapRows());
        List<Effect> effects = engine.apply(rows, new LogEvent(event, 0, offset, timeMillis));
        all.addAll(effects);
        for (Effect effect : effects) {
            if (effect instanceof Effect.Append append
                    && TaskId.workflow(append.event().task()).equals(workflow)) {
                all.addAll(on(append.event(), timeMillis));
            } else if (effect instanceof Effect.Sweep) {
                sweep(rows);
            }
        }
        return all;
    }

    private void sweep(MapRows rows) {
        boolean more = true;
        while (more) {
            more = engine.sweep(rows);
        }
    }

    /** A copy of a task's rows, by name. */
    public Map<String, byte[]> rows(String key) {
        MapRows rows = tasks.get(TaskId.of(workflow, key));
        return rows == null ? Map.of() : new TreeMap<>(rows.rows);
    }

    /** A task's status as the job would tell it. */
    public Map<String, Object> status(String key) {
        TaskState state = new TaskState(tasks.get(TaskId.of(workflow, key)));
        return TaskStatus.of(state, state.header(), true);
    }

    /** An event that does nothing but carry the log's time forward. */
    public static TalEvent poke(String task) {
        return TalEvent.engine(task + "/poke", "/talflow/interpreter", EventTypes.TASK_TIMER, task, Map.of());
    }

    private static TalEvent outcome(Effect.Dispatch dispatch, String type, Object data) {
        return new TalEvent(
                dispatch.firing() + "/" + dispatch.attempt(),
                "/talflow/" + dispatch.task(),
                type,
                "",
                TalEvent.Kind.CONTROL,
                dispatch.task(),
                dispatch.firing(),
                dispatch.attempt(),
                Map.of(),
                Json.bytes(data));
    }

    private static final class MapRows implements Rows {
        private final Map<String, byte[]> rows = new HashMap<>();

        @Override
        public byte[] get(String name) {
            return rows.get(name);
        }

        @Override
        public void put(String name, byte[] row) {
            rows.put(name, row);
        }

        @Override
        public void remove(String name) {
            rows.remove(name);
        }

        @Override
        public void each(BiConsumer<String, byte[]> seen) {
            rows.forEach(seen);
        }
    }
}
