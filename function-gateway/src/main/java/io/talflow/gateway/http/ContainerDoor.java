package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.container.RuntimeDoor;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Listens in the networks of containers too, one port for each of this machine's addresses there. Who comes by it reaches the
 * runtime API and nothing else, whatever it knows.
 */
final class ContainerDoor implements RuntimeDoor {
    private static final String RUNTIME = "/v1/runtime/";

    private final Server server;
    private final Map<String, ServerConnector> connectors = new ConcurrentHashMap<>();
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

    ContainerDoor(Server server) {
        this.server = server;
    }

    @Override
    public synchronized String url(String address) throws IOException {
        ServerConnector connector = connectors.get(address);
        if (connector == null) {
            connector = open(address);
            connectors.put(address, connector);
        }
        return "http://%s:%d".formatted(address, connector.getLocalPort());
    }

    private ServerConnector open(String address) throws IOException {
        HttpConfiguration settings = new HttpConfiguration();
        settings.setSendServerVersion(false);
        ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(settings));
        connector.setHost(address);
        connector.open();
        ports.add(connector.getLocalPort());
        server.addConnector(connector);
        try {
            connector.start();
        } catch (Exception e) {
            throw new IOException(e);
        }
        return connector;
    }

    /** @throws GatewayFailure NOT_FOUND for what came by this door and is not the runtime API's */
    void check(Context http) {
        if (!ports.isEmpty()
                && ports.contains(http.req().getLocalPort())
                && !http.path().startsWith(RUNTIME)) {
            throw new GatewayFailure(GatewayError.NOT_FOUND, "containers reach %s only".formatted(RUNTIME));
        }
    }
}
