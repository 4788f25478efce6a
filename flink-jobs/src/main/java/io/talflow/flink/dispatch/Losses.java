package io.talflow.flink.dispatch;

import io.talflow.flink.dispatch.OpenFirings.Open;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.place.Placement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the dispatcher has to tell the log. */
final class Losses {
    private Losses() {}

    /** The node of an attempt is given up. @param left where the task's functions run from now on */
    static Outgoing lost(Open firing, String reason, List<String> left) {
        return event(
                firing.task,
                firing.firing,
                firing.attempt,
                "lost",
                EventTypes.INVOCATION_LOST,
                Map.of(EventTypes.NODE, firing.node, EventTypes.NODES, Placement.joined(left)),
                Map.of("reason", reason));
    }

    /** The gateway will never run it. */
    static Outgoing rejected(Request request, String error, String message) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("error", error);
        data.put("message", message);
        return event(
                request.task(),
                request.firing(),
                request.attempt(),
                "rejected",
                EventTypes.INVOCATION_FAILED,
                Map.of(),
                data);
    }

    private static Outgoing event(
            String task,
            String firing,
            int attempt,
            String what,
            String type,
            Map<String, String> extensions,
            Map<String, Object> data) {
        return Outgoing.log(new TalEvent(
                "%s/%d/%s".formatted(firing, attempt, what),
                "/talflow/" + task,
                type,
                "",
                TalEvent.Kind.CONTROL,
                task,
                firing,
                attempt,
                extensions,
                Json.bytes(data)));
    }
}
