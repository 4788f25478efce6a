package io.talflow.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The ways that a task's values took, for people: a line for each reading, and one for each value that nobody read. */
final class ExplainedData {
    private static final List<String> COLUMNS =
            List.of("value", "bytes", "put by", "read by", "way", "as", "time", "why");

    private ExplainedData() {}

    /** @param answer {@code {values, reads, unreachable}} as the gateway gives it */
    static void print(PrintWriter out, PrintWriter err, Output output, Map<String, Object> answer) {
        output.print(out, answer, rows(answer), COLUMNS);
        if (answer.get("unreachable") instanceof List<?> nodes && !nodes.isEmpty()) {
            err.println("not asked, since they do not answer: " + nodes);
        }
    }

    static List<Map<String, Object>> rows(Map<String, Object> answer) {
        Map<Object, List<Map<String, Object>>> reads = new HashMap<>();
        Output.rows(answer, "reads")
                .forEach(read -> reads.computeIfAbsent(read.get("id"), id -> new ArrayList<>())
                        .add(read));
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> value : Output.rows(answer, "values")) {
            List<Map<String, Object>> of = reads.remove(value.get("id"));
            if (of == null) {
                rows.add(row(value, null));
            } else {
                of.forEach(read -> rows.add(row(value, read)));
            }
        }
        reads.values().forEach(of -> of.forEach(read -> rows.add(row(null, read))));
        return rows;
    }

    /** @param value null: its node does not answer, or has forgotten; @param read null: there was none */
    private static Map<String, Object> row(Map<String, Object> value, Map<String, Object> read) {
        Map<String, Object> row = new LinkedHashMap<>();
        Map<String, Object> known = value == null ? read : value;
        row.put("value", value == null ? known.get("id") : value.get("name"));
        row.put("bytes", known.get("bytes"));
        row.put("put by", value == null ? "?" : place(value));
        if (read == null) {
            boolean event = String.valueOf(known.get("id")).isEmpty();
            row.put("way", event ? "event" : null);
            row.put("why", event ? value.get("why") : null);
            return row;
        }
        row.put("read by", place(read));
        row.put("way", read.get("way"));
        row.put("as", read.get("as"));
        row.put(
                "time",
                read.get("micros") instanceof Number micros
                        ? String.format(Locale.ROOT, "%.1f ms", micros.longValue() / 1_000.0)
                        : null);
        row.put("why", read.get("why"));
        return row;
    }

    /** {@code FIRING at NODE}, the firing without its task. */
    private static String place(Map<String, Object> of) {
        String firing = String.valueOf(of.get("firing"));
        return "%s at %s".formatted(firing.substring(firing.indexOf('/', firing.indexOf('@')) + 1), of.get("node"));
    }
}
