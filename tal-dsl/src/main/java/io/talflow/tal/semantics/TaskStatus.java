package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.place.Placement;
import java.util.LinkedHashMap;
import java.util.Map;

/** A task's status as the world sees it. */
final class TaskStatus {
    /** A running task's input and context up to this size are in each status record; all of it is in the last one. */
    static final int INLINE_BYTES = 4096;

    private TaskStatus() {}

    /** @param whole whether large values are in it too */
    static Map<String, Object> of(TaskState state, TaskHeader header, boolean whole) {
        boolean everything = whole || header.status.isFinal();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("task", header.task);
        status.put("workflow", header.workflow);
        status.put("version", header.version);
        status.put("status", header.status.name());
        status.put("revision", header.revision);
        if (!header.parent.isEmpty()) {
            status.put("parent", header.parent);
        }
        status.put("partition", (long) header.partition);
        status.put("startOffset", header.startOffset);
        status.put("startedAt", header.startedAt);
        status.put("updatedAt", header.updatedAt);
        if (header.status.isFinal()) {
            status.put("endedAt", header.endedAt);
        }
        if (!header.nodes.isEmpty()) {
            status.put("nodeIds", Placement.split(header.nodes));
        }
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("running", (long) header.open);
        counts.put("completed", (long) header.completed);
        counts.put("failed", (long) header.failed);
        counts.put("skipped", (long) header.skipped);
        counts.put("ignoredEvents", (long) header.ignored);
        status.put("counts", counts);
        byte[] input = state.get("in");
        if (input != null && (everything || input.length <= INLINE_BYTES)) {
            status.put("input", Json.parse(input));
        }
        if (everything || state.contextBytes() <= INLINE_BYTES) {
            status.put("context", state.context());
        }
        putRow(status, "output", state.get("out"));
        putRow(status, "error", state.get("err"));
        return status;
    }

    private static void putRow(Map<String, Object> status, String name, byte[] row) {
        if (row != null) {
            status.put(name, Json.parse(row));
        }
    }
}
