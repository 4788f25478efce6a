package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.util.Map;

/**
 * One thing that happened in a task, as a leaf of an expression sees it. A log event makes one or more: a completion is
 * also the readiness of the data in its result.
 */
final class Occurrence {
    private final LeafKey key;
    private final Slice slice;
    private final Origin origin;
    private final Object data;
    private Map<String, Object> view;

    /** The event it comes from, without its data. */
    private record Origin(String id, String source, String type, String subject, long timeMillis) {}

    /**
     * A slice of a stream.
     *
     * @param stream {@code producer.stream}
     * @param index 0-based
     */
    record Slice(String stream, int index) {}

    private Occurrence(LeafKey key, Slice slice, Origin origin, Object data) {
        this.key = key;
        this.slice = slice;
        this.origin = origin;
        this.data = data;
    }

    static Occurrence of(LeafKey key, Slice slice, TalEvent event, long timeMillis, Object data) {
        Origin origin = new Origin(event.id(), event.source(), event.type(), event.subject(), timeMillis);
        return new Occurrence(key, slice, origin, data);
    }

    /** A deadline of a rule has passed; the same whatever event of the log brought it. */
    static Occurrence timer(String rule, String task, long micros) {
        long millis = micros / 1000;
        Origin origin = new Origin(rule + "/timer", "/talflow/" + task, EventTypes.TASK_TIMER, "", millis);
        return new Occurrence(new LeafKey(LeafKey.Kind.TIMER, rule, ""), null, origin, Map.of("at", millis));
    }

    /** The same event seen as something else. */
    Occurrence as(LeafKey other, Slice otherSlice, Object otherData) {
        return new Occurrence(other, otherSlice, origin, otherData);
    }

    /** What leaves are indexed by, see {@link LeafKey}. */
    LeafKey key() {
        return key;
    }

    /** The slice of a stream it is about; null if none. */
    Slice slice() {
        return slice;
    }

    String subject() {
        return origin.subject();
    }

    String id() {
        return origin.id();
    }

    Object data() {
        return data;
    }

    /** {@code {id, source, type, subject, time, data}}, as expressions see it; made when one looks. */
    Map<String, Object> view() {
        if (view == null) {
            view = TalEvent.view(
                    origin.id(), origin.source(), origin.type(), origin.subject(), origin.timeMillis(), data);
        }
        return view;
    }

    byte[] row() {
        return Json.bytes(view());
    }
}
