package io.talflow.gateway.node;

import io.talflow.gateway.DaemonThreads;
import io.talflow.gateway.log.EventLog;
import io.talflow.tal.event.NodeReport;
import io.talflow.tal.event.NodeReport.State;
import io.talflow.tal.event.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says each second to {@code tal.nodes} that this node lives and what it uses, with a thread of its own. While Kafka has not
 * taken the last word there is no new one: a node that could not speak does not say afterwards that it could.
 */
public final class NodeReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeReporter.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration LAST_WORD = Duration.ofSeconds(3);

    private final EventLog log;
    private final Identity identity;
    private final Machine machine;
    private final Supplier<NodeReport.Functions> functions;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("node-reporter"));
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
    private volatile State state = State.UP;
    private volatile boolean gone;

    /**
     * Who the node is.
     *
     * @param url base URL by which it is reached
     */
    public record Identity(String node, String instance, String url, long startedAt) {}

    /**
     * @param data directory whose file system is reported
     * @param functions what it runs at the moment
     */
    public NodeReporter(EventLog log, Identity identity, Path data, Supplier<NodeReport.Functions> functions) {
        this.log = log;
        this.identity = identity;
        this.machine = new Machine(data, Cgroup.ofThisProcess());
        this.functions = functions;
    }

    /** Call when the node takes firings. */
    public void start() {
        Future<?> unused = thread.scheduleAtFixedRate(this::beat, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says at once that the node takes no new firings. Completes when Kafka has that. */
    public CompletableFuture<Void> draining() {
        state = State.DRAINING;
        return CompletableFuture.runAsync(this::beat, thread).thenCompose(said -> last.thenApply(written -> null));
    }

    /** The node has nothing left to do: its last word is a goodbye. */
    public void leave() {
        gone = true;
    }

    private void beat() {
        if (!last.isDone()) {
            return;
        }
        try {
            last = log.put(Topics.NODES, identity.node(), report().json());
        } catch (RuntimeException e) {
            LOG.warn("Node {} cannot say what it uses", identity.node(), e);
        }
    }

    private NodeReport report() {
        return new NodeReport(
                identity.node(),
                identity.instance(),
                identity.url(),
                state,
                identity.startedAt(),
                machine.cpu(),
                machine.memory(),
                machine.disk(),
                functions.get());
    }

    /** Says that the node has ended, whether with work kept in its journal or with nothing left. */
    @Override
    public void close() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS)) {
            return; // Kafka does not answer, so there is nobody to tell
        }
        state = State.DOWN;
        try {
            byte[] word = gone ? null : report().json();
            log.put(Topics.NODES, identity.node(), word).get(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Node {} ended without a word: {}", identity.node(), e.toString());
        }
    }
}
