package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.semantics.Invocation.Phase;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a task ends: at once, or after what completed has been undone, the last first. */
final class Ending {
    static final String COMPENSATE = "compensate";

    private final TaskRun run;
    private final TaskState state;
    private final TaskHeader header;
    private final Invocations invocations;

    Ending(TaskRun run, Invocations invocations) {
        this.run = run;
        this.state = run.state;
        this.header = run.header;
        this.invocations = invocations;
    }

    /** Ends the task; what still runs is withdrawn. */
    void end(Status status, Object output, Map<String, Object> error) {
        header.status = status;
        invocations.withdrawAll();
        header.endedAt = run.nowMillis();
        run.pending.clear();
        if (status == Status.COMPLETED) {
            state.put("out", Json.bytes(output));
        }
        if (error != null) {
            state.put("err", Json.bytes(error));
        }
    }

    /** Ends the task after what completed has been undone; until then nothing else happens in it. */
    void compensate(Status status, Map<String, Object> error) {
        if (header.undoable == 0) {
            end(status, null, error);
            return;
        }
        header.status = Status.COMPENSATING;
        invocations.withdrawAll();
        run.pending.clear();
        run.timers.cancelAll();
        header.deadlineMicros = Timers.NEVER;
        Map<String, Object> end = new LinkedHashMap<>();
        end.put("status", status.name());
        end.put("error", error);
        end.put("notCompensated", List.of());
        end.put("undoes", (long) header.undoable);
        state.put("end", Json.bytes(end));
        undoNext();
    }

    /** A completed invocation can be undone from now on. */
    void remember(Invocation invocation, String compensation, Object result) {
        Map<String, Object> undo = new LinkedHashMap<>();
        undo.put("node", invocation.node());
        undo.put("function", compensation);
        undo.put("input", Json.parse(invocation.input()));
        undo.put("result", result);
        state.put("u/" + header.undoable++, Json.bytes(undo));
    }

    private void undoNext() {
        int number = --header.undoable;
        Map<String, Object> undo = Json.parseObject(state.get("u/" + number));
        state.remove("u/" + number);
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("input", undo.get("input"));
        input.put("result", undo.get("result"));
        invocations.want(new Invocation(
                COMPENSATE + "/" + number,
                COMPENSATE,
                "",
                COMPENSATE + ":" + undo.get("node"),
                String.valueOf(undo.get("function")),
                1,
                Phase.RUNNING,
                new byte[0],
                run.nowMillis(),
                null,
                0,
                Json.bytes(input)));
    }

    /**
     * A compensation has ended.
     *
     * @param error why it failed; null: it completed
     */
    void undone(Invocation invocation, Object error) {
        Map<String, Object> end = Json.parseObject(state.get("end"));
        if (error != null) {
            List<Object> failures = new ArrayList<>((List<?>) end.get("notCompensated"));
            Map<String, Object> failure = new LinkedHashMap<>();
            failure.put("node", invocation.node().substring(COMPENSATE.length() + 1));
            failure.put("function", invocation.function());
            failure.put("error", error);
            failures.add(failure);
            end.put("notCompensated", failures);
            state.put("end", Json.bytes(end));
        }
        if (header.undoable > 0) {
            undoNext();
        } else {
            finish(end);
        }
    }

    @SuppressWarnings("unchecked")
    private void finish(Map<String, Object> end) {
        Map<String, Object> error = (Map<String, Object>) end.get("error");
        List<?> failures = (List<?>) end.get("notCompensated");
        if (!failures.isEmpty()) {
            error = error == null ? new LinkedHashMap<>() : error;
            error.putIfAbsent("error", "Task.NotCompensated");
            error.putIfAbsent("message", "%d compensations failed".formatted(failures.size()));
            error.put("notCompensated", failures);
        }
        state.remove("end");
        // Until now they told a repeat of their outcomes from an outcome of what never was.
        run.garbage.add("i/" + COMPENSATE + "/", "", 0, (Long) end.getOrDefault("undoes", 1L));
        end(Status.valueOf((String) end.get("status")), null, error);
    }
}
