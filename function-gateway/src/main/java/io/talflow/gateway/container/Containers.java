package io.talflow.gateway.container;

import io.talflow.gateway.ContainerOptions;
import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.exec.Execution;
import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionClient;
import io.talflow.gateway.exec.FunctionErrors;
import io.talflow.gateway.exec.FunctionExecutor;
import io.talflow.gateway.exec.FunctionKey;
import io.talflow.gateway.log.FunctionLogs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs image functions in containers of this machine's engine. Without an engine they fail, and say why. */
public final class Containers implements FunctionExecutor, AutoCloseable {
    /** The label that tells whose a container or network is. */
    public static final String OWNER = "io.talflow.owner";

    static final String NO_ENGINE = "this node has no container engine, so it runs no image functions;"
            + " start Docker or Podman's service, or name its socket with --container-engine";

    private static final Logger LOG = LoggerFactory.getLogger(Containers.class);
    private static final Duration SWEEP = Duration.ofMillis(500);
    private static final Duration LAST_SECONDS = Duration.ofSeconds(5);

    /** What containers need of the gateway. */
    public record Surroundings(
            BundleStore bundles,
            Definitions definitions,
            FunctionLogs logs,
            FunctionClient client,
            RuntimeDoor door,
            ScheduledExecutorService timer,
            Clock clock) {}

    private final EngineConnection connection;
    private final ContainerPool pool;
    private final ValueMounts mounts;
    private final WarmMinimum minimum;
    private final PreWarm preWarm;
    private final ExecutorService threads;
    private final Clock clock;
    private final String owner;
    private final Duration grace;
    private final Future<?> sweep;
    private volatile CompletableFuture<Void> cleared = CompletableFuture.completedFuture(null);

    /** @param data the gateway's directory: who owns it owns what was labelled for it, so at the start that is left over */
    public Containers(ContainerOptions options, Path data, Surroundings around) throws IOException {
        connection = new EngineConnection(EngineAddress.find(options.engine(), System.getenv()), options.images());
        clock = around.clock();
        owner = owner(data);
        grace = options.grace();
        mounts = new ValueMounts(data.resolve("mounts"));
        threads = Executors.newCachedThreadPool(Containers::thread);
        ContainerStarter starter = new ContainerStarter(
                connection,
                new FunctionNetworks(owner, options.subnets()),
                around.door(),
                around.bundles(),
                mounts,
                around.client(),
                owner,
                grace);
        pool = new ContainerPool(
                starter,
                new ContainerCall.Parts(
                        around.client(), starter, around.logs(), around.timer(), threads, around.clock()),
                threads,
                options.most());
        minimum = new WarmMinimum(around.definitions(), pool);
        preWarm = new PreWarm(around.definitions(), pool);
        if (connection.isPossible()) {
            cleared = CompletableFuture.runAsync(this::removeOrphans, threads);
        } else {
            LOG.info("This machine has no container engine: image functions fail here, all others run");
        }
        sweep = around.timer()
                .scheduleWithFixedDelay(this::sweep, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    static Map<String, String> labels(String owner, FunctionKey key) {
        return Map.of(OWNER, owner, "io.talflow.function", key.toString());
    }

    @Override
    public Execution run(FunctionCall call) {
        if (!connection.isPossible()) {
            return new Execution(
                    CompletableFuture.completedFuture(FunctionErrors.environment(
                            clock.millis(),
                            "%s cannot run: %s".formatted(call.function().name(), NO_ENGINE),
                            "")),
                    () -> {});
        }
        ContainerJob job = new ContainerJob(call);
        if (cleared.isDone()) {
            pool.submit(job);
        } else {
            CompletableFuture<?> unused = cleared.whenComplete((done, error) -> pool.submit(job));
        }
        return new Execution(job.outcome(), () -> pool.cancel(job));
    }

    /** A task of a workflow has started: its image functions are called soon. */
    public void started(String workflow, String version) {
        if (connection.isPossible() && cleared.isDone()) {
            preWarm.started(workflow, version);
        }
    }

    /** How functions that run here in containers see values. */
    public ValueMounts mounts() {
        return mounts;
    }

    /** Containers that wait for a call. */
    public int idle() {
        return pool.idle();
    }

    /** What every function has had here since the gateway started, those first that were called first. */
    public List<ContainerStatus> status() {
        return pool.status();
    }

    private void sweep() {
        try {
            if (connection.isPossible() && cleared.isDone()) {
                minimum.keep();
            }
        } catch (RuntimeException e) {
            LOG.error("Idle containers are not looked after", e);
        }
    }

    /** A gateway that was killed left its containers; what they ran is run again, so they are of no use. */
    private void removeOrphans() {
        try {
            Engine engine = connection.engine();
            List<String> containers = engine.labelled(OWNER, owner);
            containers.forEach(engine::remove);
            engine.networks().labelled(OWNER, owner).forEach(engine.networks()::remove);
            if (!containers.isEmpty()) {
                LOG.info("Removed {} containers that a gateway on this directory left behind", containers.size());
            }
        } catch (EngineFailure e) {
            LOG.warn("Containers left behind are not looked for: {}", e.getMessage());
        }
    }

    private static String owner(Path data) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(data.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static final AtomicInteger THREADS = new AtomicInteger();

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "container-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Ends every container, as if it were idle; what runs in one has no outcome. */
    @Override
    public void close() throws IOException {
        sweep.cancel(false);
        pool.close();
        try {
            if (!pool.awaitEmpty(grace.plus(LAST_SECONDS))) {
                LOG.warn("Containers are slow to end; the next start on this directory removes them");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.shutdown();
        connection.close();
    }
}
