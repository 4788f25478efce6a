package io.talflow.cli;

import java.util.ArrayList;
import java.util.Arrays;
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
        Map<String, Row> rows = new LinkedHashMap<>();
        invocations.stream()
                .filter(invocation -> invocation.get("beganAt") instanceof Number began && began.longValue() > 0)
                .sorted((a, b) -> Long.compare(number(a, "beganAt"), number(b, "beganAt")))
                .forEach(invocation -> rows.computeIfAbsent(
                                String.valueOf(invocation.get("node")), node -> new Row(startedAt, endedAt))
                        .add(invocation));
        int names = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        rows.forEach((node, row) -> lines.add(String.format(Locale.ROOT, "  %-" + names + "s %s", node, row)));
        if (lines.size() > MAX_LINES) {
            int more = lines.size() - MAX_LINES + 1;
            lines.subList(MAX_LINES - 1, lines.size()).clear();
            lines.add("  … and %d more functions".formatted(more));
        }
        return lines;
    }

    private static long number(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** A function's bar, and what its invocations come to. */
    private static final class Row {
        private final long startedAt;
        private final long endedAt;
        private final char[] bar = new char[WIDTH];
        private int count;
        private int cold;
        private int warm;
        private long busyMillis;

        Row(long startedAt, long endedAt) {
            this.startedAt = startedAt;
            this.endedAt = endedAt;
            Arrays.fill(bar, ' ');
        }

        void add(Map<String, Object> invocation) {
            long from = number(invocation, "beganAt");
            long ended = number(invocation, "endedAt");
            long to = ended > 0 ? ended : endedAt;
            count++;
            busyMillis += Math.max(0, to - from);
            cold += "cold".equals(invocation.get("start")) ? 1 : 0;
            warm += "warm".equals(invocation.get("start")) ? 1 : 0;
            Arrays.fill(bar, cell(from), Math.max(cell(from), cell(to)) + 1, '#');
        }

        private int cell(long at) {
            long length = Math.max(1, endedAt - startedAt);
            return (int) Math.max(0, Math.min(WIDTH - 1, (at - startedAt) * WIDTH / length));
        }

        /** Of containers also how many calls had to wait for a new one. */
        @Override
        public String toString() {
            String starts = cold + warm == 0 ? "" : ", %d cold, %d warm".formatted(cold, warm);
            return String.format(Locale.ROOT, "|%s| %d x, %.3f s%s", new String(bar), count, busyMillis / 1e3, starts);
        }
    }
}
