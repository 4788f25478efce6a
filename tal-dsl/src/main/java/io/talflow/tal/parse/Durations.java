package io.talflow.tal.parse;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code 200ms}, {@code 6.3s}, {@code 15m}, {@code 1h}, {@code 2d}. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");

    public static final Duration SHORTEST = Duration.ofMillis(1);
    /** Ten years. */
    public static final Duration LONGEST = Duration.ofDays(3650);

    private Durations() {}

    public static Optional<Duration> parse(Object value) {
        if (!(value instanceof String text)) {
            return Optional.empty();
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        double number = Double.parseDouble(matcher.group(1));
        double nanos = switch (matcher.group(2)) {
            case "ms" -> number * 1e6;
            case "s" -> number * 1e9;
            case "m" -> number * 60e9;
            case "h" -> number * 3600e9;
            default -> number * 86400e9;
        };
        return nanos < Long.MAX_VALUE ? Optional.of(Duration.ofNanos(Math.round(nanos))) : Optional.empty();
    }

    /** The shortest spelling that reads back to the same duration. */
    public static String print(Duration duration) {
        long millis = duration.toMillis();
        if (!Duration.ofMillis(millis).equals(duration)) {
            return java.math.BigDecimal.valueOf(duration.toNanos(), 6)
                            .stripTrailingZeros()
                            .toPlainString() + "ms";
        }
        if (millis % 86_400_000 == 0 && millis > 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0 && millis > 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0 && millis > 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
