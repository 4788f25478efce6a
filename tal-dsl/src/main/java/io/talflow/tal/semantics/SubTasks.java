package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A task that another one started tells it how it ended, as a function would. */
final class SubTasks {
    private SubTasks() {}

    static void tellParent(TaskRun run) {
        String parent = run.header.parent;
        if (parent.isEmpty()) {
            return;
        }
        boolean completed = run.header.status == Status.COMPLETED;
        run.effects.add(new Effect.Append(new TalEvent(
                parent + "/1",
                "/talflow/" + run.header.task,
                completed ? EventTypes.INVOCATION_COMPLETED : EventTypes.INVOCATION_FAILED,
                "",
                TalEvent.Kind.CONTROL,
                parent.substring(0, parent.indexOf('@')),
                parent,
                1,
                Map.of("talbegan", Long.toString(run.header.startedAt)),
                completed ? run.state.get("out") : error(run))));
    }

    private static byte[] error(TaskRun run) {
        byte[] error = run.state.get("err");
        if (error != null) {
            return error;
        }
        return Json.text(Map.of(
                        "error", "Task.Cancelled", "message", "task %s was cancelled".formatted(run.header.task)))
                .getBytes(StandardCharsets.UTF_8);
    }
}
