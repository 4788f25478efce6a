package io.talflow.gateway.node;

import io.talflow.gateway.log.TopicTail;
import io.talflow.tal.event.NodeReport;
import io.talflow.tal.event.NodeReport.State;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes by what they have said of themselves. How long ago counts from when it was read, so clocks need not agree. */
public final class Nodes implements TopicTail.Listener {
    /** A node that has said nothing for so long is not counted on; it may still be at work. */
    private static final Duration SILENT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final Clock clock;
    private volatile boolean current;

    /** @param at epoch milliseconds of this process's clock */
    private record Heard(NodeReport report, long at) {}

    /**
     * A node.
     *
     * @param report its last
     * @param silentMillis how long ago that was
     */
    public record Node(NodeReport report, long silentMillis) {
        /** Whether it has spoken lately. */
        public boolean isHeard() {
            return silentMillis < SILENT.toMillis();
        }

        /** Whether it takes firings, as far as is known. */
        public boolean isUp() {
            return isHeard() && report.state() == State.UP;
        }
    }

    public Nodes(Clock clock) {
        this.clock = clock;
    }

    /** All that have spoken in the last minutes and have not said goodbye, by id. */
    public List<Node> all() {
        long now = clock.millis();
        return heard.values().stream()
                .map(one -> new Node(one.report(), Math.max(0, now - one.at())))
                .sorted(Comparator.comparing(node -> node.report().node()))
                .toList();
    }

    /** Ids of those that take firings, sorted. */
    public List<String> up() {
        return all().stream()
                .filter(Node::isUp)
                .map(node -> node.report().node())
                .toList();
    }

    /** Addresses of those that have spoken lately, but one's own. */
    public List<String> addresses(String own) {
        return all().stream()
                .filter(node -> node.isHeard() && !node.report().node().equals(own))
                .map(node -> node.report().url())
                .toList();
    }

    /** How far the attempts are that have said so, by firing, as of a second ago. */
    public Map<String, NodeReport.Progress> progress() {
        Map<String, NodeReport.Progress> progress = new HashMap<>();
        heard.values()
                .forEach(one -> one.report()
                        .functions()
                        .progress()
                        .forEach(said ->
                                progress.merge(said.firing(), said, (a, b) -> a.attempt() > b.attempt() ? a : b)));
        return progress;
    }

    @Override
    public void records(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.key() != null) {
                // What was there before this process began may be old; its own clock is all there is to tell.
                read(
                        new String(record.key(), StandardCharsets.UTF_8),
                        record.value(),
                        current ? clock.millis() : Math.min(clock.millis(), record.timestamp()));
            }
        }
    }

    void read(String node, byte[] value, long at) {
        if (value == null) {
            heard.remove(node);
            return;
        }
        try {
            heard.put(node, new Heard(NodeReport.of(value), at));
        } catch (IllegalArgumentException e) {
            LOG.debug("What node {} says is not understood: {}", node, e.getMessage());
        }
    }

    @Override
    public void caughtUp() {
        current = true;
    }
}
