package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A raw log in one line, such as {@code A@10 B=3@20 A#A1@25 .@30 ?@31 split!x=2~rule/0@40}: NAME, {@code =n}, {@code #id}
 * (left out: NAME and a number), {@code /subject}, {@code @} milliseconds. {@code .} is a poke, {@code ?} an event of an
 * undeclared type. What a function says is {@code ready|item|close|completed|failed|lost:NAME} with {@code ~FIRING},
 * and {@code ^ATTEMPT} unless it is the first; {@code lost:} and {@code placed:} have {@code /NODES}, a letter each, {@code completed:} what its result brings, as {@code /h2}; what an operator says {@code cancel|enable|disable|add:NAME}.
 */
final class RawLog {
    private static final Pattern FORM = Pattern.compile(
            "(?:(ready|item|close|completed|failed|lost|placed|cancel|enable|disable|add):)?([A-Za-z]\\w*|\\.|\\?|)(?:=(\\d+))?(?:#([\\w-]+))?(?:/(\\w+))?(?:~([\\w.-]+/\\d+))?(?:\\^(\\d+))?@(-?\\d+)");

    private RawLog() {}

    static List<RawEvent> parse(String text) {
        Map<String, Integer> numbers = new HashMap<>();
        List<RawEvent> log = new ArrayList<>();
        for (String word : text.isBlank() ? new String[0] : text.trim().split("\\s+")) {
            Matcher form = FORM.matcher(word);
            if (!form.matches()) {
                throw new IllegalArgumentException("'%s' is no raw event such as A=3#id@10".formatted(word));
            }
            RawEvent.Type type = type(form.group(1), form.group(2));
            String name = form.group(2);
            String stem = (form.group(1) == null ? "" : form.group(1) + "-")
                    + (name.equals(".") ? "poke" : name.equals("?") ? "unknown" : name);
            String id = form.group(4) != null ? form.group(4) : stem + numbers.merge(stem, 1, Integer::sum);
            log.add(new RawEvent(
                    type,
                    name,
                    "/outside",
                    id,
                    orEmpty(form.group(5)),
                    form.group(3) == null ? 1 : Long.parseLong(form.group(3)),
                    orEmpty(form.group(6)),
                    form.group(7) == null ? 1 : Integer.parseInt(form.group(7)),
                    Long.parseLong(form.group(8))));
        }
        return log;
    }

    static String print(List<RawEvent> log) {
        return log.stream()
                .map(event -> {
                    return (event.type().isNamed() ? event.type().name().toLowerCase(java.util.Locale.ROOT) + ":" : "")
                            + (event.type() == RawEvent.Type.POKE
                                    ? "."
                                    : event.type() == RawEvent.Type.UNKNOWN ? "?" : event.name())
                            + "=%d#%s".formatted(event.n(), event.id())
                            + (event.subject().isEmpty() ? "" : "/" + event.subject())
                            + (event.type().isSaid() ? "~" + event.firing() : "")
                            + (event.attempt() > 1 ? "^" + event.attempt() : "")
                            + "@" + event.timeMillis();
                })
                .collect(Collectors.joining(" "));
    }

    private static RawEvent.Type type(String said, String name) {
        if (said == null) {
            return name.equals(".")
                    ? RawEvent.Type.POKE
                    : name.equals("?") ? RawEvent.Type.UNKNOWN : RawEvent.Type.OUTSIDE;
        }
        return Arrays.stream(RawEvent.Type.values())
                .filter(type -> type.name().equalsIgnoreCase(said))
                .findFirst()
                .orElseThrow();
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
