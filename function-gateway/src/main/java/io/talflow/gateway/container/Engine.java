package io.talflow.gateway.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import io.talflow.tal.model.Container;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A container engine by the Docker Engine API, which Podman speaks too. Every call blocks. */
final class Engine implements Closeable {
    static final int PORT = 8080;

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final int CONNECTIONS = 1_024;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofMinutes(2);
    private static final Duration PULL = Duration.ofMinutes(10);
    private static final int OUT_OF_MEMORY = 128 + 9;

    /** How a container ended, or that it has not. */
    record State(boolean running, int exitCode, boolean outOfMemory) {}

    /** What it runs as: labels by which it is found again, and its surroundings. */
    record Spec(
            String image,
            Container container,
            String network,
            Optional<Path> values,
            Map<String, String> labels,
            List<String> environment) {

        interface Attempt<T> {
            T of(Spec spec) throws EngineFailure;
        }

        /**
         * What an engine refuses with its values mounted is tried without, and streamed them: an engine that has not this machine's
         * files, as one outside of the container that this gateway runs in, or an image with a file in their place.
         */
        <T> T shownOrStreamed(Attempt<T> attempt) throws EngineFailure {
            try {
                return attempt.of(this);
            } catch (ContainerRefused e) {
                if (values.isEmpty()) {
                    throw e;
                }
                T done = attempt.of(new Spec(image, container, network, Optional.empty(), labels, environment));
                LOG.warn("A container of {} is streamed its values: {}", image, e.getMessage());
                return done;
            }
        }
    }

    private final DockerHttpClient http;
    private final DockerClient client;
    private final EngineNetworks networks;
    private final ImageSources sources;

    private Engine(DockerHttpClient http, DockerClient client, EngineNetworks networks, ImageSources sources) {
        this.http = http;
        this.client = client;
        this.networks = networks;
        this.sources = sources;
    }

    /**
     * @param sources where it may pull images from
     * @throws EngineFailure if nothing answers there
     */
    static Engine connect(Path socket, ImageSources sources) throws EngineFailure {
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost("unix://" + socket)
                .withDockerTlsVerify(false)
                .build();
        DockerHttpClient http = new ApacheDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .maxConnections(CONNECTIONS)
                .connectionTimeout(CONNECT)
                .build();
        DockerClient client = DockerClientImpl.getInstance(config, http);
        try {
            var components = client.versionCmd().exec().getComponents();
            boolean podman = components != null
                    && components.stream().anyMatch(part -> part.getName().startsWith("Podman"));
            LOG.info("Image functions run in {} at {}", podman ? "Podman" : "Docker", socket);
            return new Engine(http, client, new EngineNetworks(client, http, podman), sources);
        } catch (RuntimeException e) {
            throw new EngineFailure("the container engine at %s does not answer: %s".formatted(socket, e.getMessage()));
        }
    }

    EngineNetworks networks() {
        return networks;
    }

    /**
     * Creates a container, pulling its image if it is not here.
     *
     * @return its id
     * @throws ContainerRefused if the engine does not create it of an image that is here
     */
    String create(Spec spec) throws EngineFailure {
        try {
            try {
                return createNow(spec);
            } catch (NotFoundException missing) {
                pull(spec.image());
                return createNow(spec);
            }
        } catch (RuntimeException e) {
            throw new ContainerRefused("create a container of " + spec.image(), e);
        }
    }

    private String createNow(Spec spec) {
        return client.createContainerCmd(spec.image())
                .withHostConfig(Sandbox.limits(spec.container(), spec.network(), spec.values()))
                .withUser(Sandbox.USER)
                .withEnv(spec.environment())
                .withLabels(spec.labels())
                .withAttachStdout(true)
                .withAttachStderr(true)
                .exec()
                .getId();
    }

    private void pull(String image) throws EngineFailure {
        String name = sources.toPull(image);
        try {
            boolean done = client.pullImageCmd(name).start().awaitCompletion(PULL.toSeconds(), TimeUnit.SECONDS);
            if (!done) {
                throw new EngineFailure("image %s was not pulled within %s".formatted(image, PULL));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFailure("pulling image %s was interrupted".formatted(image));
        } catch (RuntimeException e) {
            throw new EngineFailure(
                    "image %s is not on this machine and cannot be pulled: %s".formatted(image, e.getMessage()));
        }
    }

    /**
     * Starts it; all that it prints goes to {@code output}, from the first byte, until it ends.
     *
     * @return its address, IPv4
     * @throws ContainerRefused if the engine does not start what it has created
     */
    String start(String id, String network, Printed output) throws EngineFailure {
        try {
            client.attachContainerCmd(id)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withFollowStream(true)
                    .exec(output)
                    .awaitAttached(ANSWER);
            client.startContainerCmd(id).exec();
            InspectContainerResponse inspected = client.inspectContainerCmd(id).exec();
            return inspected.getNetworkSettings().getNetworks().get(network).getIpAddress();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFailure("starting a container was interrupted");
        } catch (RuntimeException e) {
            throw new ContainerRefused("start a container", e);
        }
    }

    State state(String id) throws EngineFailure {
        try {
            InspectContainerResponse.ContainerState state =
                    client.inspectContainerCmd(id).exec().getState();
            int exit = state.getExitCodeLong() == null
                    ? 0
                    : state.getExitCodeLong().intValue();
            return new State(
                    Boolean.TRUE.equals(state.getRunning()),
                    exit,
                    Boolean.TRUE.equals(state.getOOMKilled()) && exit == OUT_OF_MEMORY);
        } catch (RuntimeException e) {
            throw refused("inspect a container", e);
        }
    }

    /** Until it has ended, or the time is up. */
    void awaitEnd(String id, Duration patience) throws EngineFailure, InterruptedException {
        try (WaitContainerResultCallback ended = client.waitContainerCmd(id).start()) {
            boolean unused = ended.awaitCompletion(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException | RuntimeException e) {
            throw new EngineFailure("the container engine cannot wait for a container: " + e.getMessage());
        }
    }

    /** SIGTERM, {@code grace}, SIGKILL; then it is gone. No complaint if it is gone already. */
    void end(String id, Duration grace) {
        try {
            client.stopContainerCmd(id)
                    .withTimeout((int) Math.max(0, grace.toSeconds()))
                    .exec();
        } catch (NotFoundException | NotModifiedException e) {
            LOG.debug("Container {} has stopped before", id);
        } catch (RuntimeException e) {
            LOG.warn("Container {} cannot be stopped: {}", id, e.getMessage());
        }
        remove(id);
    }

    /** Kills it, if it runs, and removes it. No complaint if it is gone already. */
    void remove(String id) {
        try {
            client.removeContainerCmd(id)
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException e) {
            LOG.debug("Container {} is gone already", id);
        } catch (RuntimeException e) {
            LOG.warn("Container {} cannot be removed: {}", id, e.getMessage());
        }
    }

    /** Ids of the containers with a label, running or not. */
    List<String> labelled(String label, String value) throws EngineFailure {
        try {
            return client.listContainersCmd().withShowAll(true).withLabelFilter(Map.of(label, value)).exec().stream()
                    .map(com.github.dockerjava.api.model.Container::getId)
                    .toList();
        } catch (RuntimeException e) {
            throw refused("list containers", e);
        }
    }

    static EngineFailure refused(String what, RuntimeException error) {
        return new EngineFailure("the container engine cannot %s: %s".formatted(what, error.getMessage()));
    }

    @Override
    public void close() throws IOException {
        client.close();
        http.close();
    }
}
