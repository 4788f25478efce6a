package io.talflow.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** When each function ran, as one bar a function, from the task's start to its end. */
final class Timeline {
    private static final int WIDTH = 48;
    private static final int MAX_LINES = 40;

    private Timeline() {}

    /** @param invocations as the API gives them; one that never began is left out */
    static List<String> of(List<Map<String, Object>> invocations, long startedAt, long endedAt) {
        Map<String, List<long[]>> spans = new LinkedHashMap<>();
        invocations.stream()
                .filter(invocation -> invocation.get("beganAt") instanceof Number began && began.longValue() > 0)
                .sorted((a, b) -> Long.compare(number(a, "beganAt"), number(b, "beganAt")))
                .forEach(invocation -> spans.computeIfAbsent(
                                String.valueOf(invocation.get("node")), node -> new ArrayList<>())
                        .add(new long[] {number(invocation, "beganAt"), end(invocation, endedAt)}));
        long length = Math.max(1, endedAt - startedAt);
        int names = spans.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        spans.forEach((node, times) -> {
            char[] bar = " ".repeat(WIDTH).toCharArray();
            long busy = 0;
            for (long[] time : times) {
                busy += Math.max(0, time[1] - time[0]);
                int from = cell(time[0] - startedAt, length);
                int to = cell(time[1] - startedAt, length);
                for (int i = from; i <= to; i++) {
                    bar[i] = '#';
                }
            }
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-" + names + "s |%s| %d x, %.3f s",
                    node,
                    new String(bar),
                    times.size(),
                    busy / 1e3));
        });
        if (lines.size() > MAX_LINES) {
            int more = lines.size() - MAX_LINES + 1;
            lines.subList(MAX_LINES - 1, lines.size()).clear();
            lines.add("  … and %d more functions".formatted(more));
        }
        return lines;
    }

    private static int cell(long offset, long length) {
        return (int) Math.max(0, Math.min(WIDTH - 1, offset * WIDTH / length));
    }

    private static long end(Map<String, Object> invocation, long otherwise) {
        long ended = number(invocation, "endedAt");
        return ended > 0 ? ended : otherwise;
    }

    private static long number(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }
}
