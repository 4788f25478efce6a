package io.talflow.flink.dispatch;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The lane of each node, by its id; of the empty id that of the gateway the job was started with. */
final class Lanes implements Iterable<Lane> {
    private final Map<String, Lane> byNode = new TreeMap<>();

    Lane of(String node) {
        return byNode.computeIfAbsent(node, Lane::new);
    }

    void remove(Lane lane) {
        byNode.remove(lane.node());
    }

    /** As they are now, so that lanes may come and go meanwhile. */
    List<Lane> all() {
        return new ArrayList<>(byNode.values());
    }

    @Override
    public Iterator<Lane> iterator() {
        return byNode.values().iterator();
    }

    boolean haveUnsent() {
        for (Lane lane : byNode.values()) {
            if (lane.hasUnsent()) {
                return true;
            }
        }
        return false;
    }

    /** Requests that no node has accepted yet. */
    int pending() {
        int count = 0;
        for (Lane lane : byNode.values()) {
            count += lane.pending();
        }
        return count;
    }
}
