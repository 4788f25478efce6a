package io.talflow.gateway.data;

import io.talflow.gateway.DaemonThreads;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.ValueOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A node's data proxy: takes the values that functions put, and gets those that functions read from where they are. */
public final class DataProxy implements AutoCloseable {

    private static final long SWEEP_MILLIS = 1_000;

    private final String nodeId;
    private final Values values;
    private final RemoteStore remote;
    private final Rates rates = new Rates();
    private final Ledger ledger;
    private final PeerClient client;
    private final Peers peers;
    private final Fetch fetch;
    private final Remakes remakes;
    private final ScheduledExecutorService sweeping =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("data-sweeper"));
    private final Puts puts;

    /**
     * Opens it on what an earlier run left.
     *
     * @param directory this node's own
     */
    public DataProxy(
            Path directory,
            ValueOptions options,
            String nodeId,
            Peers peers,
            Tasks tasks,
            Producers producers,
            Clock clock)
            throws IOException {
        this.nodeId = nodeId;
        remote = options.remote().isEmpty() ? null : RemoteStore.of(options.remote());
        values = new Values(directory, options.memoryBytes(), options.diskBytes());
        ledger = new Ledger(nodeId);
        this.peers = peers;
        client = new PeerClient(nodeId, peers.access());
        Choice choice = new Choice(rates);
        Readers readers = new Readers();
        fetch = new Fetch(values, choice, rates, new Transfer(options.patience()), peers, client, remote);
        Sweeper sweeper = new Sweeper(values, remote, ledger, readers, tasks, options.keep(), sweeping, clock);
        Future<?> unused =
                sweeping.scheduleWithFixedDelay(sweeper::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        remakes = new Remakes(values, producers);
        puts = new Puts(nodeId, values, choice, rates, readers, ledger, sweeper, remote, remakes);
    }

    /** Where values that functions hand over go. */
    public Puts puts() {
        return puts;
    }

    /**
     * A value for a function that reads it; it is on this node when this returns.
     *
     * @throws GatewayFailure UNKNOWN_DATA, DATA_LOST, DATA_NOT_REPEATABLE, DATA_CORRUPT or DATA_FULL
     */
    public Value get(Reading reading, Wanted wanted) {
        long begin = System.nanoTime();
        Fetch.Fetched fetched = find(reading, wanted);
        got(reading, wanted, fetched, Ledger.Handed.STREAM, begin);
        return fetched.value();
    }

    /**
     * The same as a file.
     *
     * @return where the function finds it; empty: it can be had as a stream only
     * @throws GatewayFailure as {@link #get}
     */
    public Optional<Path> file(Reading reading, Wanted wanted, Place place) {
        long begin = System.nanoTime();
        Fetch.Fetched fetched = find(reading, wanted);
        try {
            Optional<Path> shown = place.show(wanted.id(), values.path(fetched.value()));
            if (shown.isPresent()) {
                got(reading, wanted, fetched, Ledger.Handed.FILE, begin);
            }
            return shown;
        } catch (IOException e) {
            throw Folders.failure(e);
        }
    }

    private Fetch.Fetched find(Reading reading, Wanted wanted) {
        try {
            Fetch.Fetched fetched = values.find(reading.task(), wanted.id())
                    .map(value -> new Fetch.Fetched(value, Way.LOCAL, "this node has it"))
                    .orElseGet(() -> elsewhere(reading, wanted));
            Descriptor found = fetched.value().descriptor();
            if (!wanted.matches(found)) {
                throw new GatewayFailure(
                        GatewayError.DATA_CORRUPT,
                        "value %s has %d bytes with checksum %s, the reference says %d with %s"
                                .formatted(
                                        wanted.id(), found.bytes(), found.crc32c(), wanted.bytes(), wanted.crc32c()));
            }
            return fetched;
        } catch (IOException e) {
            throw Folders.failure(e);
        }
    }

    private void got(Reading reading, Wanted wanted, Fetch.Fetched fetched, Ledger.Handed handed, long begin) {
        ledger.got(
                reading.task(),
                new Ledger.Got(
                        wanted.id(),
                        wanted.node(),
                        reading.firing(),
                        fetched.way(),
                        handed,
                        fetched.why(),
                        wanted.bytes(),
                        System.nanoTime() - begin));
    }

    private Fetch.Fetched elsewhere(Reading reading, Wanted wanted) {
        try {
            return elsewhere(reading.task(), wanted);
        } catch (GatewayFailure lost) {
            boolean gone = lost.error() == GatewayError.UNKNOWN_DATA || lost.error() == GatewayError.DATA_LOST;
            if (!gone || reading.of().isEmpty()) {
                throw lost;
            }
            Value value = remakes.remake(reading, wanted, lost.getMessage());
            return new Fetch.Fetched(value, Way.AGAIN, "%s, so its function put it again".formatted(lost.getMessage()));
        }
    }

    private Fetch.Fetched elsewhere(String task, Wanted wanted) {
        if (wanted.node().equals(nodeId) && !(wanted.replica() && remote != null)) {
            throw unknown(wanted.id());
        }
        return fetch.fetch(task, wanted);
    }

    /**
     * A value for another node.
     *
     * @param reader tells one node from another
     * @throws GatewayFailure UNKNOWN_DATA
     */
    public Value forPeer(String task, String id, String reader) {
        try {
            Value value = values.find(task, id).orElseThrow(() -> unknown(id));
            ledger.readBy(task, id, reader);
            return value;
        } catch (IOException e) {
            throw Folders.failure(e);
        }
    }

    /** {@code {values, reads}} of a task, from this node alone. */
    public Map<String, Object> ofTask(String task) {
        return ledger.json(task, values::has);
    }

    /** {@code {values, reads, unreachable}} of a task, from all nodes; {@code unreachable} lists those that did not answer. */
    public Map<String, Object> everywhere(String task) {
        List<Object> puts = new ArrayList<>();
        List<Object> reads = new ArrayList<>();
        List<Object> unreachable = new ArrayList<>();
        add(ofTask(task), puts, reads);
        peers.urls().get().forEach((node, url) -> {
            if (!node.equals(nodeId)) {
                try {
                    add(client.ofTask(url, task), puts, reads);
                } catch (IOException e) {
                    unreachable.add(node);
                }
            }
        });
        return Map.of("values", puts, "reads", reads, "unreachable", unreachable);
    }

    private static void add(Map<String, Object> of, List<Object> puts, List<Object> reads) {
        puts.addAll((List<?>) of.get("values"));
        reads.addAll((List<?>) of.get("reads"));
    }

    private static GatewayFailure unknown(String id) {
        return new GatewayFailure(
                GatewayError.UNKNOWN_DATA,
                "this task has no value %s on this node; it may have been freed after the task's end".formatted(id));
    }

    /** Bytes of values in memory. */
    public long memoryUsed() {
        return values.memoryUsed();
    }

    /** Bytes of values on disk or to be written there. */
    public long diskUsed() {
        return values.diskUsed();
    }

    @Override
    public void close() {
        sweeping.shutdownNow();
        remakes.close();
        client.close();
        values.close();
        if (remote != null) {
            remote.close();
        }
    }
}
