package io.talflow.tal.semantics;

import io.talflow.tal.event.EventTypes;
import java.util.Map;

/** What an outcome means for the task's status. */
final class Outcomes {
    /** A result up to this size is in the invocation's status record. */
    private static final int INLINE_BYTES = 4096;

    private Outcomes() {}

    static Map<String, Object> status(Invocation invocation, TaskHeader header, LogEvent logEvent, Object data) {
        Map<String, Object> status = invocation.status(header);
        Map<String, String> extensions = logEvent.event().extensions();
        if (extensions.get("talbegan") != null) {
            status.put("beganAt", Long.parseLong(extensions.get("talbegan")));
        }
        if (extensions.get(EventTypes.START) != null) {
            status.put("start", extensions.get(EventTypes.START));
        }
        status.put("endedAt", logEvent.timeMillis());
        if (extensions.get(EventTypes.NODE) != null) {
            status.put("nodeId", extensions.get(EventTypes.NODE));
        }
        if (invocation.phase() == Invocation.Phase.FAILED) {
            status.put("error", data);
        } else if (logEvent.event().data().length <= INLINE_BYTES) {
            status.put("result", data);
        } else {
            status.put("resultBytes", (long) logEvent.event().data().length);
        }
        return status;
    }
}
