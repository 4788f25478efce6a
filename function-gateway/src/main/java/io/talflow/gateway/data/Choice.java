package io.talflow.gateway.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which way a value takes, and why. Pure but for the rates it asks. */
final class Choice {
    /** Whether the remote store is to have a value, too. */
    record OfPut(boolean replicate, String why) {}

    /** The ways to try, the best first; none: it cannot be had. */
    record OfGet(List<Way> ways, String why) {
        OfGet {
            ways = List.copyOf(ways);
        }
    }

    private final Rates rates;

    Choice(Rates rates) {
        this.rates = rates;
    }

    /**
     * Of a value that is put. Nodes that read it directly share the way out of this one; from the remote store they read all
     * at once.
     *
     * @param nodes other nodes that will read it, as far as is known
     * @param remote whether there is a remote store
     */
    OfPut put(long bytes, double nodes, boolean remote, Replicate replicate) {
        if (!remote) {
            return new OfPut(false, "there is no remote store");
        }
        if (replicate != Replicate.AUTO) {
            return new OfPut(replicate == Replicate.ALWAYS, "as the function says");
        }
        double direct = nodes * rates.seconds(Rates.Kind.DIRECT, bytes);
        double store = rates.seconds(Rates.Kind.REMOTE_PUT, bytes) + rates.seconds(Rates.Kind.REMOTE_GET, bytes);
        return new OfPut(
                store < direct,
                String.format(
                        Locale.ROOT,
                        "%.1f nodes read it: %s directly, %s by the remote store",
                        nodes,
                        time(direct),
                        time(store)));
    }

    /**
     * Of a value that this node does not have.
     *
     * @param reachable whether the address of the node that has it is known
     * @param replica whether there is a remote store and it has the value
     */
    OfGet get(long bytes, String node, boolean reachable, boolean replica) {
        List<Way> ways = new ArrayList<>();
        if (replica) {
            ways.add(Way.REMOTE);
        }
        if (!reachable) {
            return new OfGet(
                    ways,
                    replica ? "no address of node %s is known".formatted(node) : "only node %s has it".formatted(node));
        }
        if (!replica) {
            return new OfGet(List.of(Way.DIRECT), "only node %s has it".formatted(node));
        }
        double direct = rates.seconds(Rates.Kind.DIRECT, bytes);
        double remote = rates.seconds(Rates.Kind.REMOTE_GET, bytes);
        ways.add(direct <= remote ? 0 : 1, Way.DIRECT);
        return new OfGet(
                ways, "expected %s from node %s, %s from the remote store".formatted(time(direct), node, time(remote)));
    }

    private static String time(double seconds) {
        return String.format(Locale.ROOT, "%.1f ms", seconds * 1_000);
    }
}
