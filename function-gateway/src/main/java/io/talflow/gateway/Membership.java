package io.talflow.gateway;

import io.talflow.gateway.invoke.Drain;
import io.talflow.gateway.log.TopicTail;
import io.talflow.gateway.node.NodeReporter;
import io.talflow.gateway.node.Nodes;
import io.talflow.tal.event.NodeReport;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway as one node of several: who the others are, and how it joins and leaves them. */
final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration CATCH_UP = Duration.ofSeconds(30);
    private static final Duration TELL = Duration.ofSeconds(3);
    /** By how much clocks of machines may differ. */
    private static final Duration SKEW = Duration.ofSeconds(60);

    private final GatewayOptions options;
    private final Clock clock;
    private final Nodes nodes;
    private final TopicTail tail;
    private Drain drain;
    private NodeReporter reporter;

    Membership(GatewayOptions options, Clock clock) {
        this.options = options;
        this.clock = clock;
        this.nodes = new Nodes(clock);
        this.tail = new TopicTail(options.kafka(), List.of(Topics.NODES), nodes);
    }

    Nodes nodes() {
        return nodes;
    }

    /**
     * Waits until it is known who is there.
     *
     * @throws IOException if one of them has this node's name: the two would be taken for one that forgets what it was given
     */
    void awaitOthers(String instance) throws IOException, InterruptedException {
        if (!tail.awaitCaughtUp(CATCH_UP)) {
            throw new IOException("%s at %s cannot be read".formatted(Topics.NODES, options.kafka()));
        }
        for (Nodes.Node node : nodes.all()) {
            NodeReport report = node.report();
            if (report.node().equals(options.nodeId()) && !report.instance().equals(instance) && node.isUp()) {
                throw new IOException(
                        "a node %s is up already at %s, with another data directory; give this one another --node-id"
                                .formatted(report.node(), report.url()));
            }
        }
    }

    /** Ids of the other nodes that take firings. */
    List<String> others() {
        return nodes.up().stream()
                .filter(node -> !node.equals(options.nodeId()))
                .toList();
    }

    /** Addresses of the other nodes that have spoken lately, by id; what the options say of one counts more. */
    Map<String, String> urls() {
        Map<String, String> urls = new HashMap<>();
        for (Nodes.Node node : nodes.all()) {
            if (node.isHeard() && !node.report().node().equals(options.nodeId())) {
                urls.put(node.report().node(), node.report().url());
            }
        }
        urls.putAll(options.values().peers());
        return urls;
    }

    /**
     * Addresses of the other nodes that have spoken since a time, by id, also of those that are silent now.
     *
     * @param since epoch milliseconds of some machine's clock
     */
    Map<String, String> spokenSince(long since) {
        long longest = clock.millis() - since + SKEW.toMillis();
        Map<String, String> urls = new HashMap<>();
        for (Nodes.Node node : nodes.all()) {
            String id = node.report().node();
            if (node.silentMillis() < longest && !id.equals(options.nodeId())) {
                urls.put(
                        id,
                        options.values().peers().getOrDefault(id, node.report().url()));
            }
        }
        return urls;
    }

    /** Addresses of who may have a bundle that is missing here. */
    List<String> sources() {
        List<String> sources = new ArrayList<>(nodes.addresses(options.nodeId()));
        if (!options.control().isEmpty()) {
            sources.remove(options.control());
            sources.add(0, options.control());
        }
        return sources;
    }

    /** The node takes firings from now on. */
    void join(Drain howToLeave, NodeReporter says) {
        drain = howToLeave;
        reporter = says;
        reporter.start();
    }

    /** As {@link Gateway#drain}. */
    void leave() {
        if (others().isEmpty()) {
            return;
        }
        LOG.info("Gateway {} drains", options.nodeId());
        try {
            reporter.draining().get(TELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Gateway {} could not say that it drains: {}", options.nodeId(), e.toString());
        }
        if (drain.run(options.draining().patience())) {
            reporter.leave();
        }
    }

    @Override
    public void close() {
        tail.close();
    }
}
