package io.talflow.flink.node;

import io.talflow.tal.event.NodeReport;
import io.talflow.tal.event.NodeReport.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes by what they have said, and by whether they take calls. One thread writes what they say, any may read.
 *
 * <p>Silence is counted in beats that others kept: a second in which nobody is heard is the reader's own trouble, or the
 * broker's, and so is one that this process slept through. So where there is one node only it is never silent; nobody could
 * take over from it.
 */
public final class NodeTable {
    /** A node that has missed so many beats gets nothing new, though it may live. */
    public static final int SILENT = 3;

    private static final Logger LOG = LoggerFactory.getLogger(NodeTable.class);

    private final Map<String, Seen> nodes = new ConcurrentHashMap<>();
    /** Those that take no calls, whatever they say of themselves. */
    private final Set<String> unreachable = ConcurrentHashMap.newKeySet();

    private volatile List<String> up = List.of();

    /**
     * A node.
     *
     * @param report its last one but a goodbye
     * @param heard whether it has spoken since the last beat
     * @param missed beats in which others were heard and it was not, since it last spoke
     * @param gone whether its last word was a goodbye
     */
    public record Seen(NodeReport report, boolean heard, int missed, boolean gone) {
        /** Whether it takes firings, as far as it has said. */
        public boolean isUp() {
            return !gone && report.state() == State.UP && missed < SILENT;
        }
    }

    /** @param value of the record; null: a goodbye */
    public void hear(String node, byte[] value) {
        if (value == null) {
            nodes.computeIfPresent(node, (id, before) -> new Seen(before.report(), false, 0, true));
        } else {
            try {
                nodes.put(node, new Seen(NodeReport.of(value), true, 0, false));
            } catch (IllegalArgumentException e) {
                LOG.debug("what node {} says is not understood: {}", node, e.getMessage());
            }
        }
        changed();
    }

    /** A beat is over. Called each second, later rather than sooner. */
    public void beat() {
        boolean any = nodes.values().stream().anyMatch(Seen::heard);
        nodes.replaceAll((id, seen) -> {
            int missed = seen.heard() || !any || seen.gone() ? seen.missed() : seen.missed() + 1;
            return new Seen(seen.report(), false, missed, seen.gone());
        });
        changed();
    }

    /** Whether calls to the node get through, as who calls it has found. */
    public void reached(String node, boolean taken) {
        if (taken ? unreachable.remove(node) : unreachable.add(node)) {
            changed();
        }
    }

    private synchronized void changed() {
        List<String> now = nodes.entrySet().stream()
                .filter(node -> node.getValue().isUp() && !unreachable.contains(node.getKey()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (!now.equals(up)) {
            up = now;
        }
    }

    /** Null if it has never spoken. */
    public Seen of(String node) {
        return nodes.get(node);
    }

    /** The node that says it is reached by that address. */
    public Optional<String> at(String url) {
        return nodes.entrySet().stream()
                .filter(node -> node.getValue().report().url().equals(url))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Ids of those that take firings, as far as is known, sorted; the same list while it is the same nodes. */
    public List<String> up() {
        return up;
    }
}
