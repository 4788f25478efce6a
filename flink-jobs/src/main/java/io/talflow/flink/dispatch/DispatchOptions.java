package io.talflow.flink.dispatch;

import io.talflow.flink.node.NodeFeed;
import io.talflow.tal.place.Placement;
import java.io.Serializable;

/**
 * What the dispatcher needs of the world.
 *
 * @param gateway the gateway that takes firings while no node is known, and how the job shows who it is to this one and others
 * @param feed who lives
 * @param placement which node a firing goes to
 * @param lostAfter beats that a node may miss, a second each, before it is given up
 */
public record DispatchOptions(GatewayAccess gateway, NodeFeed feed, Placement placement, int lostAfter)
        implements Serializable {}
