package io.talflow.cli;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;

/** How an answer is printed. */
final class Output {
    /** JSON for programs, a table for people. */
    enum Format {
        json,
        table
    }

    /** Fields that are epoch milliseconds; a table shows them as local time. */
    private static final Set<String> TIMES = Set.of("time", "startedAt", "updatedAt", "endedAt", "beganAt", "wantedAt");

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    @Option(
            names = "--output",
            paramLabel = "json|table",
            defaultValue = "table",
            description = "How the answer is printed (default: ${DEFAULT-VALUE}).")
    Format format;

    boolean isJson() {
        return format == Format.json;
    }

    /** The fields of one object, one a line. */
    void print(PrintWriter out, Map<String, Object> object) {
        if (isJson()) {
            out.println(Json.pretty(object));
            return;
        }
        int width = object.keySet().stream()
                .mapToInt(name -> label(name).length())
                .max()
                .orElse(0);
        object.forEach((name, value) -> {
            if (value != null) {
                out.println(label(name) + " ".repeat(width - label(name).length() + 2) + cell(name, value));
            }
        });
    }

    /** A table of the named fields; JSON prints the whole {@code answer}. */
    void print(PrintWriter out, Object answer, List<Map<String, Object>> rows, List<String> columns) {
        if (isJson()) {
            out.println(Json.pretty(answer));
            return;
        }
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns.stream()
                .map(name -> label(name).toUpperCase(Locale.ROOT))
                .toList());
        for (Map<String, Object> row : rows) {
            lines.add(columns.stream().map(name -> cell(name, row.get(name))).toList());
        }
        int[] widths = new int[columns.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i))
                        .append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            out.println(text.toString().stripTrailing());
        }
    }

    /** The objects of a list, wherever in the answer the list is: itself, or the field {@code name}. */
    static List<Map<String, Object>> rows(Object answer, String name) {
        Object list = answer instanceof Map<?, ?> map ? map.get(name) : answer;
        List<Map<String, Object>> rows = new ArrayList<>();
        if (list instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> fields) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    fields.forEach((key, value) -> row.put(String.valueOf(key), value));
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    /** {@code startedAt} → {@code started}, {@code startOffset} → {@code start offset}. */
    static String label(String name) {
        String words = TIMES.contains(name) && name.endsWith("At") ? name.substring(0, name.length() - 2) : name;
        return words.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }

    /** Epoch milliseconds as local time. */
    static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis).atZone(ZoneId.systemDefault()));
    }

    private static String cell(String name, Object value) {
        if (value == null) {
            return "-";
        }
        if (value instanceof Long millis && TIMES.contains(name)) {
            return time(millis);
        }
        return value instanceof Map || value instanceof List ? Json.text(value) : value.toString();
    }
}
