package io.talflow.tal.replay;

import io.talflow.tal.event.TalEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is recorded of a task: the definition it runs, the events of its log in their order, the decisions made on them. All
 * that a replay needs, wherever it comes from.
 *
 * @param version of the definition, as the task's start or its pinned event names it
 * @param file name of the definition, which tells its format
 * @param definition its text
 * @param events by rising offset
 */
public record History(
        String task, String workflow, String version, String file, String definition, List<Entry> events) {
    /** What a decision repeats of the event it was made on, or of its task. */
    private static final Set<String> OF_THE_EVENT = Set.of("task", "startOffset", "offset", "time", "event", "type");

    /**
     * An event and the decisions made on it.
     *
     * @param timeMillis append time as the broker stamped it
     * @param decisions as {@link History#decision} gives them; one that was recorded again after a recovery is there once
     */
    public record Entry(
            int partition, long offset, long timeMillis, TalEvent event, List<Map<String, Object>> decisions) {
        public Entry {
            decisions = List.copyOf(new ArrayList<>(new LinkedHashSet<>(decisions)));
        }
    }

    public History {
        events = List.copyOf(events);
    }

    /** A record of {@code tal.history} without what it repeats of its event. */
    public static Map<String, Object> decision(Map<String, Object> recorded) {
        Map<String, Object> decision = new LinkedHashMap<>(recorded);
        decision.keySet().removeAll(OF_THE_EVENT);
        return decision;
    }
}
