package io.talflow.gateway.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.transport.DockerHttpClient;
import io.talflow.tal.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine's networks. Podman's own API is used where the Docker API cannot say that a network has no name server. */
final class EngineNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(EngineNetworks.class);
    private static final int SERVER_ERROR = 500;

    private final DockerClient client;
    private final DockerHttpClient http;
    private final boolean podman;

    EngineNetworks(DockerClient client, DockerHttpClient http, boolean podman) {
        this.client = client;
        this.http = http;
        this.podman = podman;
    }

    /**
     * A network to create.
     *
     * @param open false: no way out of it but to this machine's address in it, and no name server
     * @param subnet in CIDR
     * @param gateway this machine's address in it
     */
    record Spec(String name, boolean open, String subnet, String gateway, Map<String, String> labels) {}

    /** @return false: the subnet or the name is taken */
    boolean create(Spec spec) throws EngineFailure {
        try {
            return podman ? createInPodman(spec) : createInDocker(spec);
        } catch (IOException | RuntimeException e) {
            throw new EngineFailure(
                    "the container engine cannot create network %s: %s".formatted(spec.name(), e.getMessage()));
        }
    }

    private boolean createInDocker(Spec spec) {
        try {
            client.createNetworkCmd()
                    .withName(spec.name())
                    .withDriver("bridge")
                    .withInternal(!spec.open())
                    .withIpam(new Network.Ipam()
                            .withConfig(new Network.Ipam.Config()
                                    .withSubnet(spec.subnet())
                                    .withGateway(spec.gateway())))
                    .withLabels(spec.labels())
                    .exec();
            return true;
        } catch (RuntimeException e) {
            if (isTaken(e.getMessage())) {
                return false;
            }
            throw e;
        }
    }

    private boolean createInPodman(Spec spec) throws IOException {
        byte[] body = Json.bytes(Map.of(
                "name",
                spec.name(),
                "driver",
                "bridge",
                "internal",
                !spec.open(),
                "dns_enabled",
                spec.open(),
                "subnets",
                List.of(Map.of("subnet", spec.subnet(), "gateway", spec.gateway())),
                "labels",
                spec.labels()));
        DockerHttpClient.Request request = DockerHttpClient.Request.builder()
                .method(DockerHttpClient.Request.Method.POST)
                .path("/v4.0.0/libpod/networks/create")
                .putHeader("Content-Type", "application/json")
                .body(new ByteArrayInputStream(body))
                .build();
        try (DockerHttpClient.Response response = http.execute(request)) {
            String answer = new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8);
            if (response.getStatusCode() < 300) {
                return true;
            }
            if (response.getStatusCode() <= SERVER_ERROR && isTaken(answer)) {
                return false;
            }
            throw new IOException(answer);
        }
    }

    private static boolean isTaken(String message) {
        return message != null
                && (message.contains("already used")
                        || message.contains("overlaps")
                        || message.contains("already exists"));
    }

    /** No complaint if it is gone already. */
    void remove(String name) {
        try {
            client.removeNetworkCmd(name).exec();
        } catch (NotFoundException e) {
            LOG.debug("Network {} is gone already", name);
        } catch (RuntimeException e) {
            LOG.warn("Network {} cannot be removed: {}", name, e.getMessage());
        }
    }

    /** Names of the networks with a label. */
    List<String> labelled(String label, String value) throws EngineFailure {
        try {
            return client.listNetworksCmd().withFilter("label", List.of(label + "=" + value)).exec().stream()
                    .map(Network::getName)
                    .toList();
        } catch (RuntimeException e) {
            throw Engine.refused("list networks", e);
        }
    }
}
