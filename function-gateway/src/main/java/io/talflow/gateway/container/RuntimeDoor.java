package io.talflow.gateway.container;

import java.io.IOException;

/** Opens the runtime API, and nothing else of the gateway, to containers. */
public interface RuntimeDoor {
    /**
     * Its base URL as a container reaches it.
     *
     * @param address this machine's address in the container's network
     * @throws IOException if nothing can listen there
     */
    String url(String address) throws IOException;
}
