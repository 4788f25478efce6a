package io.talflow.flink.sink;

import io.talflow.flink.node.NodeFeed;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.place.Placement;
import java.util.List;

/** Names the nodes that a task's functions run on in the event that pins its version: those that are up when it is written. */
final class Pins implements AutoCloseable {
    private final NodeFeed.Reading nodes;
    private final Placement placement;

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

    @Override
    public void close() {
        nodes.close();
    }
}
