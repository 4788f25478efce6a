package io.talflow.tal.semantics;

import io.talflow.tal.model.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a completion means: for the flow, for the data it brought, and for the task's status. */
final class Outcomes {
    /** A result up to this size is in the invocation's status record. */
    private static final int INLINE_BYTES = 4096;

    private Outcomes() {}

    /**
     * The node has completed and settled; each declared datum in its result is ready; each element of a declared stream
     * that came as a list is a slice, and then the stream closes.
     */
    static List<Occurrence> of(Occurrence completed, Invocation invocation, Function function) {
        List<Occurrence> all = new ArrayList<>();
        String node = invocation.node();
        Object result = completed.view().get("data");
        all.add(completed);
        all.add(completed.as(new LeafKey(LeafKey.Kind.SETTLED, node, ""), invocation.slice(), result));
        if (!(result instanceof Map<?, ?> fields)) {
            return all;
        }
        for (Function.Datum datum : function.emits().values()) {
            if (!fields.containsKey(datum.name())) {
                continue;
            }
            Object value = fields.get(datum.name());
            all.add(completed.as(new LeafKey(LeafKey.Kind.READY, node, datum.name()), invocation.slice(), value));
            if (datum.kind() == Function.Datum.Kind.STREAM) {
                slices(completed, node, datum.name(), value, all);
            }
        }
        return all;
    }

    private static void slices(Occurrence completed, String node, String stream, Object value, List<Occurrence> all) {
        if (!(value instanceof List<?> items)) {
            throw TaskFailure.of(
                    "Function.BadResult",
                    "%s declares the stream %s, so its result's field %s must be a list"
                            .formatted(node, stream, stream));
        }
        int index = 0;
        for (Object item : items) {
            Occurrence.Slice slice = new Occurrence.Slice(node + "." + stream, index);
            all.add(completed.as(new LeafKey(LeafKey.Kind.ITEM, node, stream), slice, item));
            index++;
        }
        all.add(completed.as(LeafKey.closed(node, stream), null, (long) items.size()));
    }

    static Map<String, Object> status(Invocation invocation, TaskHeader header, LogEvent logEvent, Object data) {
        Map<String, Object> status = invocation.status(header);
        Map<String, String> extensions = logEvent.event().extensions();
        if (extensions.get("talbegan") != null) {
            status.put("beganAt", Long.parseLong(extensions.get("talbegan")));
        }
        status.put("endedAt", logEvent.timeMillis());
        if (extensions.get("talnode") != null) {
            status.put("nodeId", extensions.get("talnode"));
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
