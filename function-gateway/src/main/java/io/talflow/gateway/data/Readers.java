package io.talflow.gateway.data;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many other nodes read a value of a function, from values that were freed. The latest counts a quarter. */
final class Readers {
    private static final double LATEST = 0.25;
    private static final double UNKNOWN = 1;
    private static final int MOST_FUNCTIONS = 10_000;

    private final Map<String, Double> nodes = new ConcurrentHashMap<>();

    /** @param function {@code WORKFLOW/FUNCTION} */
    double expected(String function) {
        return nodes.getOrDefault(function, UNKNOWN);
    }

    void were(String function, int count) {
        if (nodes.size() < MOST_FUNCTIONS || nodes.containsKey(function)) {
            nodes.merge(function, (double) count, (before, latest) -> (1 - LATEST) * before + LATEST * latest);
        }
    }
}
