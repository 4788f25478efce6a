package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that happened in a task, as a leaf of an expression sees it. A log event makes one or more: a completion is
 * also the readiness of the data in its result.
 *
 * @param key what leaves are indexed by, see {@link LeafKey}
 * @param slice the slice of a stream it is about; null if none
 * @param view {@code {id, source, type, subject, time, data}}, as expressions see it
 */
record Occurrence(LeafKey key, Slice slice, Map<String, Object> view) {
    /**
     * A slice of a stream.
     *
     * @param stream {@code producer.stream}
     * @param index 0-based
     */
    record Slice(String stream, int index) {}

    static Occurrence of(LeafKey key, Slice slice, TalEvent event, long timeMillis, Object data) {
        return new Occurrence(key, slice, event.view(timeMillis, data));
    }

    /** A deadline of a rule has passed; the same whatever event of the log brought it. */
    static Occurrence timer(String rule, String task, long micros) {
        long millis = micros / 1000;
        Map<String, Object> data = Map.of("at", millis);
        TalEvent timer = TalEvent.engine(rule + "/timer", "/talflow/" + task, EventTypes.TASK_TIMER, task, data);
        return new Occurrence(new LeafKey(LeafKey.Kind.TIMER, rule, ""), null, timer.view(millis, data));
    }

    /** The same event seen as something else. */
    Occurrence as(LeafKey other, Slice otherSlice, Object data) {
        Map<String, Object> otherView = new LinkedHashMap<>(view);
        otherView.put("data", data);
        return new Occurrence(other, otherSlice, otherView);
    }

    byte[] row() {
        return Json.bytes(view);
    }
}
