package io.talflow.flink.dispatch;

import io.talflow.flink.dispatch.OpenFirings.Open;
import io.talflow.flink.node.NodeTable;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes that come and go: gives up what a lost node has, by an event of each firing's task, and has the node stop it should it
 * come back. Gives up nothing while no other node could take over.
 */
final class NodeWatch {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);
    /** Beats after which a lost node is not expected back. */
    private static final int FORGOTTEN = 600;

    private final DispatchOptions options;
    private final NodeTable nodes;
    private final Lanes lanes;
    private final OpenFirings open;
    private final Port port;

    /** What the dispatcher does for it. */
    interface Port {
        void send(Lane lane);

        void pause(Lane lane);

        /** Tells the log of a loss. */
        void lost(Outgoing event);
    }

    NodeWatch(DispatchOptions options, NodeTable nodes, Lanes lanes, OpenFirings open, Port port) {
        this.options = options;
        this.nodes = nodes;
        this.lanes = lanes;
        this.open = open;
        this.port = port;
    }

    /** Whether there is no use in sending anything there. */
    boolean isLost(Lane lane) {
        NodeTable.Seen seen = lane.node().isEmpty() ? null : nodes.of(lane.node());
        return lane.lost || lane.unreachable || (seen != null && seen.gone());
    }

    /** The node would not take it, since it drains. If nobody else is up, it waits for that node. */
    void refused(Open firing, Request request) {
        if (!giveUp(firing, "draining")) {
            Lane lane = lanes.of(firing.node);
            lane.add(request);
            port.pause(lane);
        }
    }

    /** A second is over. */
    void beat() {
        for (Lane lane : lanes.all()) {
            if (lane.node().isEmpty()) {
                nodes.at(options.gateway().url()).ifPresent(node -> adopt(lane, node));
            } else {
                look(lane, nodes.of(lane.node()));
            }
        }
    }

    /** The gateway the job was started with has said who it is. */
    private void adopt(Lane seed, String node) {
        open.rename("", node);
        Lane lane = lanes.of(node);
        lane.take(seed);
        port.send(lane);
    }

    private void look(Lane lane, NodeTable.Seen seen) {
        if (seen == null) {
            lane.beats += nodes.up().isEmpty() ? 0 : 1;
            if (lane.lost || lane.beats >= options.lostAfter()) {
                lose(lane, "unknown");
            }
        } else if (seen.gone()) {
            if (lose(lane, "left")) {
                lane.clear();
            }
        } else if (seen.missed() >= options.lostAfter()) {
            lose(lane, "silent");
        } else {
            heard(lane, seen.report().instance());
            reach(lane);
        }
        if (lane.lost && ++lane.beats > FORGOTTEN) {
            lane.clear();
        }
        if (lane.lost && lane.isEmpty() && open.of(lane.node()).isEmpty()) {
            reached(lane);
            lanes.remove(lane);
        }
    }

    /** It speaks. Does it take calls, too? What it has accepted it may well end; what it has not is another's. */
    private void reach(Lane lane) {
        if (!lane.isFailingFor(options.lostAfter())) {
            return;
        }
        if (!lane.unreachable) {
            LOG.warn("node {} speaks, but takes no calls; what it has not accepted goes elsewhere", lane.node());
            lane.unreachable = true;
            nodes.reached(lane.node(), false);
        }
        for (Request request : lane.takeRuns()) {
            Open firing = open.of(request.firing(), request.attempt());
            if (firing != null && !firing.givenUp && giveUp(firing, "unreachable")) {
                lane.add(Request.withdraw(
                        request.task(), request.firing(), request.attempt())); // it may have come through
            } else if (firing != null && !firing.givenUp) {
                lane.add(request); // nobody could take over
            }
        }
    }

    /** The table outlives this watch. */
    void close() {
        lanes.forEach(this::reached);
    }

    /** The node has taken a call, or may do so again. */
    void reached(Lane lane) {
        if (lane.unreachable) {
            LOG.info("node {} is called again", lane.node());
            lane.unreachable = false;
            nodes.reached(lane.node(), true);
        }
    }

    private void heard(Lane lane, String instance) {
        if (!lane.instance.isEmpty() && !lane.instance.equals(instance)) {
            forgot(lane);
        }
        lane.instance = instance;
        if (lane.lost) {
            LOG.info("node {} is back", lane.node());
            lane.found();
            reached(lane);
            port.send(lane);
        }
    }

    /** The node has another journal: it knows nothing of what it accepted. */
    private void forgot(Lane lane) {
        Set<String> waiting = new HashSet<>();
        lane.forEach(request -> waiting.add(request.firing()));
        List<Open> had = open.of(lane.node()).stream()
                .filter(firing -> !waiting.contains(firing.firing))
                .toList();
        LOG.warn("node {} has another journal; its {} firings are done again", lane.node(), had.size());
        had.forEach(firing -> giveUp(firing, "another journal", List.of(lane.node())));
    }

    /** @return whether all it had is given up */
    private boolean lose(Lane lane, String reason) {
        List<Open> had = open.of(lane.node());
        for (Open firing : had) {
            if (!giveUp(firing, reason)) {
                return false; // nobody could take over, and it may yet come back
            }
            lane.add(Request.withdraw(firing.task, firing.firing, firing.attempt));
        }
        if (!lane.lost) {
            LOG.warn("node {} is lost ({}); its {} firings go elsewhere", lane.node(), reason, had.size());
        }
        lane.lose();
        return true;
    }

    /** Gives up an attempt. @return whether there is a node that could take over */
    boolean giveUp(Open firing, String reason) {
        List<String> left = new ArrayList<>(nodes.up());
        left.remove(firing.node);
        return giveUp(firing, reason, left);
    }

    private boolean giveUp(Open firing, String reason, List<String> left) {
        if (left.isEmpty()) {
            return false;
        }
        firing.givenUp = true;
        port.lost(Losses.lost(firing, reason, options.placement().ofTask(firing.task, left)));
        return true;
    }
}
