package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.semantics.TaskHeader.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A task that another one started tells it how it ended, as a function would. */
final class SubTasks {
    private SubTasks() {}

    static void tellParent(TaskState state, TaskHeader header, List<Effect> effects) {
        String parent = header.parent;
        if (parent.isEmpty()) {
            return;
        }
        boolean completed = header.status == Status.COMPLETED;
        effects.add(new Effect.Append(new TalEvent(
                parent + "/1",
                "/talflow/" + header.task,
                completed ? EventTypes.INVOCATION_COMPLETED : EventTypes.INVOCATION_FAILED,
                "",
                TalEvent.Kind.CONTROL,
                TaskId.ofFiring(parent),
                parent,
                1,
                Map.of("talbegan", Long.toString(header.startedAt)),
                completed ? state.get("out") : error(state, header))));
    }

    private static byte[] error(TaskState state, TaskHeader header) {
        byte[] error = state.get("err");
        if (error != null) {
            return error;
        }
        return Json.text(Map.of("error", "Task.Cancelled", "message", "task %s was cancelled".formatted(header.task)))
                .getBytes(StandardCharsets.UTF_8);
    }
}
