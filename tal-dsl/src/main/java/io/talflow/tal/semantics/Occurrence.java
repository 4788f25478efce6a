package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
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
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /**
     * A slice of a stream.
     *
     * @param stream {@code producer.stream}
     * @param index 0-based
     */
    record Slice(String stream, int index) {}

    static Occurrence of(LeafKey key, Slice slice, TalEvent event, long timeMillis, Object data) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", event.id());
        view.put("source", event.source());
        view.put("type", event.type());
        view.put("subject", event.subject());
        view.put("time", TIME.format(Instant.ofEpochMilli(timeMillis)));
        view.put("data", data);
        return new Occurrence(key, slice, view);
    }

    /** A deadline of a rule has passed; the same whatever event of the log brought it. */
    static Occurrence timer(String rule, String task, long micros) {
        long millis = micros / 1000;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", rule + "/timer");
        view.put("source", "/talflow/" + task);
        view.put("type", EventTypes.TASK_TIMER);
        view.put("subject", "");
        view.put("time", TIME.format(Instant.ofEpochMilli(millis)));
        view.put("data", Map.of("at", millis));
        return new Occurrence(new LeafKey(LeafKey.Kind.TIMER, rule, ""), null, view);
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
