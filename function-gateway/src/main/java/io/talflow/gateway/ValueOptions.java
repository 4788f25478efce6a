package io.talflow.gateway;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How the data proxy keeps values.
 *
 * @param memoryBytes bound on values in memory
 * @param diskBytes bound on values on disk; those in memory count here, too
 * @param remote {@code file:///DIRECTORY} or {@code s3://BUCKET/PREFIX}; empty: none
 * @param keep how long a task's values stay after its end, if their room is not needed
 * @param patience how long another node, or the remote store, may send nothing before a value counts as lost
 * @param peers base URLs of other nodes by their ids, where those that they tell of themselves do not lead there
 */
public record ValueOptions(
        long memoryBytes, long diskBytes, String remote, Duration keep, Duration patience, Map<String, String> peers) {
    public static final ValueOptions DEFAULT =
            new ValueOptions(64L << 20, 10L << 30, "", Duration.ofMinutes(10), Duration.ofSeconds(15), Map.of());

    public ValueOptions {
        peers = Map.copyOf(peers);
    }

    static ValueOptions parse(Map<String, String> values) {
        return new ValueOptions(
                megabytes(values, "data-memory-mb", DEFAULT.memoryBytes),
                megabytes(values, "data-disk-mb", DEFAULT.diskBytes),
                values.getOrDefault("data-remote", ""),
                seconds(values, "data-keep-seconds", DEFAULT.keep),
                seconds(values, "data-patience-seconds", DEFAULT.patience),
                peers(values.getOrDefault("peers", "")));
    }

    private static long megabytes(Map<String, String> values, String key, long otherwise) {
        int megabytes = GatewayOptions.number(values, key, (int) (otherwise >> 20));
        GatewayOptions.atLeast(key, megabytes, 0);
        return (long) megabytes << 20;
    }

    private static Duration seconds(Map<String, String> values, String key, Duration otherwise) {
        int seconds = GatewayOptions.number(values, key, (int) otherwise.toSeconds());
        GatewayOptions.atLeast(key, seconds, 0);
        return Duration.ofSeconds(seconds);
    }

    private static Map<String, String> peers(String text) {
        Map<String, String> peers = new HashMap<>();
        for (String peer : text.isEmpty() ? new String[0] : text.split(",")) {
            int equals = peer.indexOf('=');
            if (equals < 1 || !peer.substring(equals + 1).matches("https?://[^/]+")) {
                throw new IllegalArgumentException(
                        "option --peers must be NODE=http://HOST:PORT, several with commas between, has '%s'"
                                .formatted(peer));
            }
            peers.put(peer.substring(0, equals), peer.substring(equals + 1));
        }
        return peers;
    }
}
