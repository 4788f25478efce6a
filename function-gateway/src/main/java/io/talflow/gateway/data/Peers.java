package io.talflow.gateway.data;

import io.talflow.gateway.auth.PeerAccess;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the other nodes are. A reference names a node and never an address, so that no function can have the gateway call
 * wherever it likes.
 *
 * @param urls base URLs by node id, as known now
 * @param access how this node shows the others who it is
 */
public record Peers(Supplier<Map<String, String>> urls, PeerAccess access) {
    Optional<String> url(String node) {
        return Optional.ofNullable(urls.get().get(node));
    }
}
