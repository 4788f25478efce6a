package io.talflow.gateway.container;

import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.container.FunctionNetworks.FunctionNetwork;
import io.talflow.gateway.exec.FunctionClient;
import io.talflow.gateway.exec.FunctionKey;
import io.talflow.tal.model.Container;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Starts containers and ends them. Every call blocks. */
final class ContainerStarter {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration ENDING = Duration.ofSeconds(3);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final EngineConnection connection;
    private final FunctionNetworks networks;
    private final RuntimeDoor door;
    private final BundleStore bundles;
    private final ValueMounts mounts;
    private final FunctionClient client;
    private final String owner;
    private final Duration grace;

    ContainerStarter(
            EngineConnection connection,
            FunctionNetworks networks,
            RuntimeDoor door,
            BundleStore bundles,
            ValueMounts mounts,
            FunctionClient client,
            String owner,
            Duration grace) {
        this.connection = connection;
        this.networks = networks;
        this.door = door;
        this.bundles = bundles;
        this.mounts = mounts;
        this.client = client;
        this.owner = owner;
        this.grace = grace;
    }

    /** What a container is started for, however often that takes. */
    private record Start(
            Engine engine,
            FunctionKey key,
            Function.Executor.Image image,
            FunctionNetwork network,
            CallContract contract) {}

    /** Returns when the container takes calls. */
    RunningContainer start(FunctionKey key, Function.Executor.Image image) throws EngineFailure {
        Engine engine = connection.engine();
        Container container = image.container();
        CallContract contract = contract(key, container);
        FunctionNetwork network = networks.enter(engine, key, container.network() == Container.Network.OPEN);
        try {
            return shownOrStreamed(new Start(engine, key, image, network, contract));
        } catch (EngineFailure | RuntimeException e) {
            networks.leave(engine, key);
            throw e;
        }
    }

    private RunningContainer shownOrStreamed(Start start) throws EngineFailure {
        Optional<ValueMount> values = values(start.image().container());
        Engine.Spec shown = new Engine.Spec(
                start.image().image(),
                start.image().container(),
                start.network().name(),
                values.map(ValueMount::directory),
                Containers.labels(owner, start.key()),
                List.of("PORT=" + Engine.PORT, "HOME=/tmp"));
        return shown.shownOrStreamed(spec ->
                started(start, spec, values.filter(mount -> spec.values().isPresent())));
    }

    /** Not where calls overlap, since a value is to be seen by the one alone that may read it. */
    private Optional<ValueMount> values(Container container) throws EngineFailure {
        try {
            return container.concurrency() == 1 ? Optional.of(mounts.create()) : Optional.empty();
        } catch (IOException e) {
            throw new EngineFailure("no directory for a container's values can be made: " + e);
        }
    }

    /** Of a start that fails nothing is left, its values' directory included. */
    private RunningContainer started(Start start, Engine.Spec spec, Optional<ValueMount> values) throws EngineFailure {
        String id = null;
        try {
            id = start.engine().create(spec);
            return listening(start, id, values);
        } catch (EngineFailure | RuntimeException e) {
            if (id != null) {
                start.engine().remove(id);
            }
            values.ifPresent(mounts::remove);
            throw e;
        }
    }

    private RunningContainer listening(Start start, String id, Optional<ValueMount> values) throws EngineFailure {
        CallContract contract = start.contract();
        ContainerOutput output = new ContainerOutput();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        String address = start.engine()
                .start(
                        id,
                        start.network().name(),
                        new Printed(bytes -> output.write(contract.printed(bytes)), () -> ended.complete(null)));
        String url = "http://%s:%d".formatted(address, Engine.PORT);
        String gateway = start.network().gateway();
        try {
            String runtime = door.url(gateway);
            awaitListening(start.engine(), id, address, ended);
            contract.initialise(client, url);
            return new RunningContainer(start.key(), id, url, runtime, contract, output, values, ended);
        } catch (IOException e) {
            throw new EngineFailure("containers cannot reach this node at %s: %s".formatted(gateway, e.getMessage()));
        } catch (EngineFailure e) {
            throw new EngineFailure(e.getMessage(), output.early());
        }
    }

    private CallContract contract(FunctionKey key, Container container) throws EngineFailure {
        if (container.contract() == Container.Contract.HTTP) {
            return CallContract.HTTP;
        }
        try {
            Path files = container.code().isPresent() ? bundles.files(key.version()) : null;
            return new OpenWhiskContract(key.function(), container.code().map(code -> files.resolve(code)));
        } catch (IOException e) {
            throw new EngineFailure(e.getMessage());
        }
    }

    /** A port that takes a connection is ready, as Knative has it. */
    private static void awaitListening(Engine engine, String id, String address, CompletableFuture<Void> ended)
            throws EngineFailure {
        long until = System.nanoTime() + START.toNanos();
        long pause = FIRST_PAUSE_NANOS;
        while (!listens(address)) {
            if (ended.isDone()) {
                Engine.State state = engine.state(id);
                throw new EngineFailure(
                        state.outOfMemory()
                                ? "the container needed more than its memory to start"
                                : "the container ended with exit code %d before it listened at port %d"
                                        .formatted(state.exitCode(), Engine.PORT));
            }
            if (System.nanoTime() > until) {
                throw new EngineFailure(
                        "the container did not listen at port %d within %s".formatted(Engine.PORT, START));
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        }
    }

    private static boolean listens(String address) {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.socket().connect(new InetSocketAddress(address, Engine.PORT), (int) START.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** How the container ended; waits a little for one that is about to. */
    Engine.State state(RunningContainer container) throws EngineFailure {
        Engine engine = connection.engine();
        try {
            container.ended().get(ENDING.toMillis(), TimeUnit.MILLISECONDS);
            // It prints no more; the engine may take another moment to say why.
            engine.awaitEnd(container.id(), ENDING);
        } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
            return engine.state(container.id());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return engine.state(container.id());
    }

    /** A container that is ended has ended by then. */
    Duration longestEnd() {
        return grace.plusSeconds(10);
    }

    /** SIGTERM, grace, SIGKILL. */
    void end(RunningContainer container) {
        try {
            Engine engine = connection.engine();
            engine.end(container.id(), grace);
            networks.leave(engine, container.key());
        } catch (EngineFailure e) {
            throw new IllegalStateException("an engine that was there before", e);
        } finally {
            container.values().ifPresent(mounts::remove);
            container.output().close();
            container.removed().complete(null);
        }
    }
}
