package io.talflow.flink.sink;

import io.talflow.flink.node.NodeFeed;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.place.Placement;
import io.talflow.tal.semantics.Effect;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names the nodes that a task's functions run on: those that are up, in the event that pins its version, and again when one has
 * come since and the task makes a call.
 */
final class Pins implements AutoCloseable {
    /** Tasks whose event may not have been read back yet. */
    private static final int REMEMBERED = 10_000;

    private final NodeFeed.Reading nodes;
    private final Placement placement;
    /** The nodes that were named last, by task. */
    private final Map<String, String> widened = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    private List<String> lastUp = List.of();
    private String lastNamed = "";

    Pins(NodeFeed feed, Placement placement) {
        this.nodes = feed.open();
        this.placement = placement;
    }

    /** @param event for the log, of any kind */
    TalEvent placed(TalEvent event) {
        if (!event.type().equals(EventTypes.TASK_PINNED)) {
            return event;
        }
        List<String> chosen = placement.ofTask(event.task(), nodes.table().up());
        return chosen.isEmpty() ? event : event.with(EventTypes.NODES, Placement.joined(chosen));
    }

    /** The event that gives the task a node more; null if there is none, as nearly always. */
    TalEvent widened(Effect.Dispatch call) {
        List<String> up = nodes.table().up();
        if (up == lastUp && call.nodes().equals(lastNamed)) {
            return null;
        }
        String task = call.task();
        List<String> named = Placement.split(call.nodes());
        List<String> chosen = placement.ofTask(task, up);
        if (named.isEmpty() || named.containsAll(chosen)) {
            lastUp = up;
            lastNamed = call.nodes();
            return null;
        }
        String joined = Placement.joined(chosen);
        if (joined.equals(widened.put(task, joined))) {
            return null;
        }
        String run = call.firing().substring(0, call.firing().indexOf('/', task.length()));
        return TalEvent.engine(run + "/placed/" + joined, "/talflow/job", EventTypes.TASK_PLACED, task, Map.of())
                .with(EventTypes.NODES, joined);
    }

    @Override
    public void close() {
        nodes.close();
    }
}
