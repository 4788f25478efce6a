package io.talflow.tal.replay;

import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A history as JSON lines. The first is {@code {"talflow-history": 1, task, workflow, version, file, definition}}, each other an
 * event, {@code {partition, offset, time, event, decisions}}, {@code event} a structured CloudEvent. Fields that are not known
 * are left alone.
 */
public final class HistoryFile {
    /** Media type of the format. */
    public static final String MEDIA_TYPE = "application/jsonl";

    private static final long FORMAT = 1;
    private static final String MARK = "talflow-history";
    private static final Map<String, byte[]> STRUCTURED =
            Map.of("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));

    private HistoryFile() {}

    /** A file that is no history of this format; the message says where and why. */
    public static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    /** Writes it, a line an event. */
    public static void write(History history, OutputStream out) throws IOException {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put(MARK, FORMAT);
        head.put("task", history.task());
        head.put("workflow", history.workflow());
        head.put("version", history.version());
        head.put("file", history.file());
        head.put("definition", history.definition());
        line(head, out);
        for (History.Entry entry : history.events()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("partition", (long) entry.partition());
            line.put("offset", entry.offset());
            line.put("time", entry.timeMillis());
            line.put("event", Json.parse(CloudEventCodec.structuredBytes(entry.event())));
            line.put("decisions", entry.decisions());
            line(line, out);
        }
    }

    private static void line(Map<String, Object> line, OutputStream out) throws IOException {
        out.write(Json.bytes(line));
        out.write('\n');
    }

    /**
     * Reads it.
     *
     * @param name for messages
     * @throws Unreadable if it is none
     */
    public static History read(String name, InputStream in) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        Reader reader = new Reader(name);
        for (String text = lines.readLine(); text != null; text = lines.readLine()) {
            reader.line(text);
        }
        return reader.history();
    }

    private static final class Reader {
        private final String name;
        private final List<History.Entry> events = new ArrayList<>();
        private Map<String, Object> head;
        private int number;

        Reader(String name) {
            this.name = name;
        }

        void line(String text) {
            number++;
            Map<String, Object> fields;
            try {
                fields = Json.parseObject(text.getBytes(StandardCharsets.UTF_8));
            } catch (Json.NotJson e) {
                throw wrong("not a JSON object: " + e.getMessage());
            }
            if (head == null) {
                head = head(fields);
            } else {
                event(fields);
            }
        }

        private Map<String, Object> head(Map<String, Object> fields) {
            Object format = fields.get(MARK);
            if (!Long.valueOf(FORMAT).equals(format)) {
                throw wrong(
                        format == null
                                ? "not a history: the first line must be {\"%s\": %d, …}".formatted(MARK, FORMAT)
                                : "a history of format %s; this version reads format %d".formatted(format, FORMAT));
            }
            return fields;
        }

        private void event(Map<String, Object> fields) {
            long offset = number(fields, "offset");
            if (!events.isEmpty() && events.get(events.size() - 1).offset() >= offset) {
                throw wrong("offset %d does not come after %d; events must be in the order of the log"
                        .formatted(offset, events.get(events.size() - 1).offset()));
            }
            TalEvent event;
            try {
                event = CloudEventCodec.decode(STRUCTURED, Json.bytes(fields.get("event")));
            } catch (CloudEventCodec.MalformedEvent e) {
                throw wrong("event: " + e.getMessage());
            }
            if (!event.task().equals(text("task"))) {
                throw wrong("event: is of task '%s', the history of %s".formatted(event.task(), text("task")));
            }
            events.add(new History.Entry(
                    Math.toIntExact(number(fields, "partition")),
                    offset,
                    number(fields, "time"),
                    event,
                    decisions(fields)));
        }

        @SuppressWarnings("unchecked")
        private List<Map<String, Object>> decisions(Map<String, Object> fields) {
            Object decisions = fields.getOrDefault("decisions", List.of());
            if (decisions instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
                return (List<Map<String, Object>>) list;
            }
            throw wrong("decisions: must be a list of objects, is " + Json.text(decisions));
        }

        private long number(Map<String, Object> fields, String field) {
            if (fields.get(field) instanceof Long value && value >= 0) {
                return value;
            }
            throw wrong("%s: must be a whole number of 0 or more, is %s".formatted(field, fields.get(field)));
        }

        private String text(String field) {
            if (head.get(field) instanceof String text && !text.isEmpty()) {
                return text;
            }
            throw new Unreadable("%s:1: %s: must be text, is %s".formatted(name, field, head.get(field)));
        }

        History history() {
            if (head == null) {
                throw new Unreadable("%s: is empty; a history has at least its first line".formatted(name));
            }
            return new History(
                    text("task"), text("workflow"), text("version"), text("file"), text("definition"), events);
        }

        private Unreadable wrong(String message) {
            return new Unreadable("%s:%d: %s".formatted(name, number, message));
        }
    }
}
