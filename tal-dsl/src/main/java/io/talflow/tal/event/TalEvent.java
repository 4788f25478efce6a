package io.talflow.tal.event;

import io.talflow.tal.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An event, {@code E = (e, t, Δc, P)}: {@code type} and {@code subject} are the concrete event, {@code kind} its kind,
 * {@code data} carries its change, and id, source and type are the CloudEvents attributes. A flat record, so that it
 * crosses the job graph without generic serialisation.
 *
 * @param task extension {@code taltask}; empty while unknown
 * @param firing extension {@code talfiring}; empty if none
 * @param attempt extension {@code talattempt}, 1-based; 0 if none
 * @param extensions every other attribute, by its lower-case name
 * @param data JSON; empty bytes mean no data
 */
public record TalEvent(
        String id,
        String source,
        String type,
        String subject,
        Kind kind,
        String task,
        String firing,
        int attempt,
        Map<String, String> extensions,
        byte[] data) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Control: something happened to the flow. Data: something is there to be read. */
    public enum Kind {
        CONTROL,
        DATA
    }

    public TalEvent {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(type, "type");
        subject = subject == null ? "" : subject;
        task = task == null ? "" : task;
        firing = firing == null ? "" : firing;
        extensions = extensions == null ? Map.of() : extensions;
        data = data == null ? new byte[0] : data;
    }

    /** The data as a JSON value; null if there is none. */
    public Object value() {
        return data.length == 0 ? null : Json.parse(data);
    }

    /**
     * What expressions see of it.
     *
     * @param timeMillis append time
     */
    public Map<String, Object> view(long timeMillis) {
        return view(id, source, type, subject, timeMillis, value());
    }

    /** {@code {id, source, type, subject, time, data}}, as expressions see an event. */
    public static Map<String, Object> view(
            String id, String source, String type, String subject, long timeMillis, Object data) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", id);
        view.put("source", source);
        view.put("type", type);
        view.put("subject", subject);
        view.put("time", TIME.format(Instant.ofEpochMilli(timeMillis)));
        view.put("data", data);
        return view;
    }

    /** The same with one extension more. */
    public TalEvent with(String name, String text) {
        Map<String, String> more = new HashMap<>(extensions);
        more.put(name, text);
        return new TalEvent(id, source, type, subject, kind, task, firing, attempt, more, data);
    }

    /** An event of the engine's own: control, no subject. */
    public static TalEvent engine(String id, String source, String type, String task, Object data) {
        return new TalEvent(id, source, type, "", Kind.CONTROL, task, "", 0, Map.of(), Json.bytes(data));
    }
}
