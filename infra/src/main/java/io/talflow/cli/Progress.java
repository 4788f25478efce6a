package io.talflow.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** How far a task is, on stderr: one line that is rewritten on a terminal, else a line whenever something changed. */
final class Progress {
    private static final long LINE_MILLIS = 1_000;
    private static final int NAMES_SHOWN = 3;

    private final PrintWriter err;
    private final boolean terminal;
    private final Set<String> functions;
    private final long startedMillis;
    private String shown = "";
    private long shownMillis;

    /** @param functions names of the workflow's functions, to tell which still wait */
    Progress(PrintWriter err, boolean terminal, Set<String> functions, long nowMillis) {
        this.err = err;
        this.terminal = terminal;
        this.functions = functions;
        this.startedMillis = nowMillis;
    }

    void show(Map<String, Object> status, long nowMillis) {
        String line = describe(status);
        if (terminal) {
            err.printf(Locale.ROOT, "\r\033[K%s  %.1f s", line, (nowMillis - startedMillis) / 1e3);
            err.flush();
        } else if (!line.equals(shown) && nowMillis - shownMillis >= LINE_MILLIS) {
            err.printf(Locale.ROOT, "%s  %.1f s%n", line, (nowMillis - startedMillis) / 1e3);
            shown = line;
            shownMillis = nowMillis;
        }
    }

    /** The last state of the task, on a line of its own. */
    void end(Map<String, Object> status, long nowMillis) {
        err.printf(
                Locale.ROOT,
                "%s%s  %.1f s%n",
                terminal ? "\r\033[K" : "",
                describe(status),
                (nowMillis - startedMillis) / 1e3);
        err.flush();
    }

    private String describe(Map<String, Object> status) {
        long done = 0;
        long failed = 0;
        long running = 0;
        List<String> names = new ArrayList<>();
        Map<?, ?> nodes = status.get("nodes") instanceof Map<?, ?> map ? map : Map.of();
        for (Map.Entry<?, ?> node : nodes.entrySet()) {
            if (node.getValue() instanceof Map<?, ?> counts) {
                done += number(counts, "completed") + number(counts, "skipped");
                failed += number(counts, "failed");
                long now = number(counts, "running");
                running += now;
                if (now > 0) {
                    names.add(now == 1 ? String.valueOf(node.getKey()) : "%s x %d".formatted(node.getKey(), now));
                }
            }
        }
        List<String> waiting =
                functions.stream().filter(name -> !nodes.containsKey(name)).toList();
        return "%d done%s, %d running%s, %d waiting%s"
                .formatted(
                        done,
                        failed == 0 ? "" : ", %d failed".formatted(failed),
                        running,
                        some(names),
                        waiting.size(),
                        some(waiting));
    }

    private static String some(List<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String more = names.size() > NAMES_SHOWN ? ", …" : "";
        return " (" + String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size()))) + more + ")";
    }

    private static long number(Map<?, ?> counts, String name) {
        return counts.get(name) instanceof Number number ? number.longValue() : 0;
    }
}
