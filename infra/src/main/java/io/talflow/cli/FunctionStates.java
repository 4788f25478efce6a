package io.talflow.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a task's invocations come to, a row a node: how many in which state, the most attempts, and from when to when. */
final class FunctionStates {
    private static final List<String> COLUMNS = List.of("function", "state", "attempts", "beganAt", "endedAt");
    private static final String PROGRESS = "progress";

    private FunctionStates() {}

    /** @param invocations as the API gives them, in the order they were wanted */
    static List<Map<String, Object>> of(List<Map<String, Object>> invocations) {
        Map<String, List<Map<String, Object>>> nodes = new LinkedHashMap<>();
        invocations.forEach(
                invocation -> nodes.computeIfAbsent(String.valueOf(invocation.get("node")), node -> new ArrayList<>())
                        .add(invocation));
        List<Map<String, Object>> rows = new ArrayList<>();
        nodes.forEach((node, all) -> rows.add(row(node, all)));
        return rows;
    }

    /** What a table of them shows: of progress where some have said it. */
    static List<String> columns(List<Map<String, Object>> rows) {
        List<String> columns = new ArrayList<>(COLUMNS);
        if (rows.stream().anyMatch(row -> row.containsKey(PROGRESS))) {
            columns.add(PROGRESS);
        }
        return columns;
    }

    private static Map<String, Object> row(String node, List<Map<String, Object>> invocations) {
        Map<String, Integer> states = new TreeMap<>();
        long attempts = 0;
        Long began = null;
        Long ended = 0L;
        for (Map<String, Object> invocation : invocations) {
            states.merge(String.valueOf(invocation.get("status")).toLowerCase(Locale.ROOT), 1, Integer::sum);
            attempts = Math.max(attempts, invocation.get("attempt") instanceof Long attempt ? attempt : 1);
            if (invocation.get("beganAt") instanceof Long at) {
                began = began == null ? at : Long.valueOf(Math.min(began, at));
            }
            ended = ended != null && invocation.get("endedAt") instanceof Long at
                    ? Long.valueOf(Math.max(ended, at))
                    : null;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("function", node);
        List<String> state = new ArrayList<>();
        states.forEach((name, count) -> state.add(count + " " + name));
        row.put("state", String.join(", ", state));
        row.put("attempts", attempts);
        row.put("beganAt", began);
        row.put("endedAt", ended);
        invocations.stream()
                .flatMap(invocation -> progress(invocation).stream())
                .min(Comparator.naturalOrder())
                .ifPresent(least -> row.put(PROGRESS, least.toString()));
        return row;
    }

    private static Optional<Progress> progress(Map<String, Object> invocation) {
        return invocation.get(PROGRESS) instanceof Map<?, ?> told
                ? Optional.of(new Progress(
                        told.get("fraction") instanceof Number fraction ? fraction.doubleValue() : -1,
                        told.get("message") instanceof String message ? message : ""))
                : Optional.empty();
    }

    /**
     * How far an invocation is; of several the one that is least far is shown.
     *
     * @param fraction 0 to 1; -1 if it does not say
     */
    private record Progress(double fraction, String message) implements Comparable<Progress> {
        @Override
        public int compareTo(Progress other) {
            return Double.compare(fraction, other.fraction);
        }

        @Override
        public String toString() {
            String part = fraction < 0 ? "" : String.format(Locale.ROOT, "%.0f %%", fraction * 100);
            return part + (part.isEmpty() || message.isEmpty() ? "" : ", ") + message;
        }
    }
}
