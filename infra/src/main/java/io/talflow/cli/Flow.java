package io.talflow.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Values and times as people read them in a line of text. */
final class Flow {
    private Flow() {}

    /** A JSON value as YAML writes it in one line, without quotes. */
    static String text(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + text(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Flow::text).collect(Collectors.joining(", ", "[", "]"));
        }
        return String.valueOf(value);
    }

    /** {@code in 12 s}, {@code 3 min ago}, {@code in 2 d 4 h}. */
    static String distance(long millis) {
        return millis >= 0 ? "in " + length(millis) : length(-millis) + " ago";
    }

    private static String length(long millis) {
        Duration length = Duration.ofMillis(millis);
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (length.toMinutes() < 2) {
            return length.toSeconds() + " s";
        }
        if (length.toHours() < 2) {
            return length.toMinutes() + " min";
        }
        return length.toDays() < 2
                ? length.toHours() + " h " + length.toMinutesPart() + " min"
                : length.toDays() + " d " + length.toHoursPart() + " h";
    }
}
