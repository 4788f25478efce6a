package io.talflow.tal.place;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Highest random weight: each node weighs a hash of its id and the key's, the heaviest wins. A node that comes or goes moves
 * only what it wins or had won.
 *
 * @see <a href="https://doi.org/10.1109/90.663936">Thaler, Ravishankar: Using name-based mappings to increase hit rates</a>
 */
final class Spread implements Placement {
    private static final long serialVersionUID = 1L;

    /** So that an event that names a task's nodes stays small, however many there are. */
    static final int MAX_NODES = 8;

    @Override
    public List<String> ofTask(String task, Collection<String> up) {
        return up.stream()
                .sorted(Comparator.<String>comparingLong(node -> weight(task, node))
                        .reversed())
                .limit(MAX_NODES)
                .sorted()
                .toList();
    }

    @Override
    public String ofFiring(String firing, List<String> nodes) {
        String best = nodes.get(0);
        long heaviest = Long.MIN_VALUE;
        for (int at = 0; nodes.size() > 1 && at < nodes.size(); at++) {
            long weight = weight(firing, nodes.get(at));
            if (weight > heaviest) {
                heaviest = weight;
                best = nodes.get(at);
            }
        }
        return best;
    }

    /** FNV-1a over both, then the finaliser of SplitMix64. Never changes: recoveries count on it. */
    private static long weight(String key, String node) {
        long hash = 0xcbf29ce484222325L;
        for (int at = 0; at < key.length(); at++) {
            hash = (hash ^ key.charAt(at)) * 0x100000001b3L;
        }
        hash = (hash ^ '|') * 0x100000001b3L;
        for (int at = 0; at < node.length(); at++) {
            hash = (hash ^ node.charAt(at)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
