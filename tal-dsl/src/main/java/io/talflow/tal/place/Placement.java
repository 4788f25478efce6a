package io.talflow.tal.place;

import java.io.Serializable;
import java.util.Collection;
import java.util.List;

/**
 * Where a task's functions run, in two steps, so that the first can look at whatever it likes and the second at the log alone:
 * nodes are chosen for a task by who begins it or re-places it, and named in the log; which of those a firing goes to follows
 * from their names and the firing's id, and so is the same after a recovery.
 */
public interface Placement extends Serializable {
    /** Chosen by hashes; neither load nor data count. */
    Placement SPREAD = new Spread();

    /**
     * The nodes for a task.
     *
     * @param up ids of those that take firings, in any order
     * @return some of them, sorted; empty if there are none
     */
    List<String> ofTask(String task, Collection<String> up);

    /**
     * The node of a firing. Nothing but the arguments may count.
     *
     * @param nodes as {@link #ofTask} gave them, not empty
     */
    String ofFiring(String firing, List<String> nodes);

    /** Ids as a log event's attribute has them. */
    static String joined(List<String> nodes) {
        return String.join(",", nodes);
    }

    /** The ids of {@link #joined}. */
    static List<String> split(String nodes) {
        return nodes.isEmpty() ? List.of() : List.of(nodes.split(","));
    }
}
