package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.container.RuntimeDoor;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Listens in the networks of containers too, at a port of each of this machine's addresses there. Who comes by it reaches the
 * runtime API and nothing else, whatever it knows.
 */
final class ContainerDoor implements RuntimeDoor {
    private static final String RUNTIME = "/v1/runtime/";

    private final Server server;
    private final int port;
    private final Map<String, ServerConnector> connectors = new ConcurrentHashMap<>();

    /** @param port at each address; 0: any that is free */
    ContainerDoor(Server server, int port) {
        this.server = server;
        this.port = port;
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
        connector.setPort(port);
        connector.open();
        server.addConnector(connector);
        try {
            connector.start();
        } catch (Exception e) {
            throw new IOException(e);
        }
        return connector;
    }

    /**
     * Also where the server listens at all of the machine's addresses, so that those in the networks are among them.
     *
     * @throws GatewayFailure NOT_FOUND for what came by such an address and is not the runtime API's
     */
    void check(Context http) {
        if (!connectors.isEmpty()
                && connectors.containsKey(http.req().getLocalAddr())
                && !http.path().startsWith(RUNTIME)) {
            throw new GatewayFailure(GatewayError.NOT_FOUND, "containers reach %s only".formatted(RUNTIME));
        }
    }
}
