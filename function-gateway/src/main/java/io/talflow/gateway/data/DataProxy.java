package io.talflow.gateway.data;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.ValueOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/** A node's data proxy: takes the values that functions put, and gets those that functions read from where they are. */
public final class DataProxy implements AutoCloseable {

    private final String nodeId;
    private final Values values;
    private final RemoteStore remote;
    private final Rates rates = new Rates();
    private final Choice choice = new Choice(rates);
    private final Readers readers = new Readers();
    private final Ledger ledger;
    private final PeerClient client;
    private final Peers peers;
    private final Fetch fetch;
    private final Sweeper sweeper;

    /**
     * Opens it on what an earlier run left.
     *
     * @param directory this node's own
     */
    public DataProxy(Path directory, ValueOptions options, String nodeId, Peers peers, TaskEnds ends, Clock clock)
            throws IOException {
        this.nodeId = nodeId;
        remote = options.remote().isEmpty() ? null : RemoteStore.of(options.remote());
        values = new Values(directory, options.memoryBytes(), options.diskBytes());
        ledger = new Ledger(nodeId);
        this.peers = peers;
        client = new PeerClient(nodeId, peers.access());
        fetch = new Fetch(values, choice, rates, new Transfer(options.patience()), peers, client, remote);
        sweeper = new Sweeper(values, remote, ledger, readers, ends, options.keep(), clock);
    }

    /**
     * Takes a value. When this returns it is held, and in the remote store if it goes there.
     *
     * @throws GatewayFailure DATA_FULL, or BAD_REQUEST if the value ends before its length
     */
    public Reference put(Put put, InputStream in) {
        try {
            if (put.length() <= Reference.MOST_INLINE) {
                byte[] head = in.readNBytes(Reference.MOST_INLINE + 1);
                if (put.length() >= 0 && head.length < put.length()) {
                    throw endedEarly(head.length, put);
                }
                if (head.length <= Reference.MOST_INLINE) {
                    return inline(put, head);
                }
                return hold(put, new SequenceInputStream(new ByteArrayInputStream(head), in));
            }
            return hold(put, in);
        } catch (IOException e) {
            throw Folders.failure(e);
        }
    }

    private Reference inline(Put put, byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        String why = "up to %d bytes travel in the event".formatted(Reference.MOST_INLINE);
        ledger.put(
                put.task(),
                new Ledger.Put(
                        "",
                        put.firing(),
                        put.name(),
                        put.function(),
                        put.type(),
                        content.length,
                        false,
                        why,
                        Set.of()));
        return new Reference(
                put.firing(),
                put.name(),
                put.type(),
                content.length,
                "%08x".formatted(crc.getValue()),
                new Reference.Content.Inline(content));
    }

    private Reference hold(Put put, InputStream in) throws IOException {
        String id = values.newId();
        Incoming into = values.receive(put.task(), id, put.length());
        Value value = null;
        try {
            into.read(in);
            if (put.length() >= 0 && into.received() != put.length()) {
                throw endedEarly(into.received(), put);
            }
            value = values.keep(
                    into, new Descriptor(id, put.task(), put.type(), into.received(), into.crc32c(), false));
        } finally {
            if (value == null) {
                values.abandon(into);
            }
        }
        Descriptor held = value.descriptor();
        double nodes = put.nodes() >= 0 ? put.nodes() : readers.expected(put.function());
        Choice.OfPut chosen = choice.put(held.bytes(), nodes, remote != null, put.replicate());
        if (chosen.replicate()) {
            replicate(value);
        }
        ledger.put(
                put.task(),
                new Ledger.Put(
                        id,
                        put.firing(),
                        put.name(),
                        put.function(),
                        put.type(),
                        held.bytes(),
                        chosen.replicate(),
                        chosen.why(),
                        new TreeSet<>()));
        return new Reference(
                put.firing(),
                put.name(),
                held.type(),
                held.bytes(),
                held.crc32c(),
                new Reference.Content.Held(nodeId, id, chosen.replicate()));
    }

    private void replicate(Value value) {
        long begin = System.nanoTime();
        try {
            remote.put(value.descriptor().task(), value);
        } catch (IOException e) {
            values.free(value);
            throw new GatewayFailure(
                    GatewayError.REMOTE_STORE_UNAVAILABLE, "the remote store does not take it: " + e.getMessage());
        }
        sweeper.replicated(value);
        rates.took(Rates.Kind.REMOTE_PUT, value.descriptor().bytes(), System.nanoTime() - begin);
    }

    private static GatewayFailure endedEarly(long received, Put put) {
        return new GatewayFailure(
                GatewayError.BAD_REQUEST,
                "value %s has ended after %d of %d bytes".formatted(put.name(), received, put.length()));
    }

    /**
     * A value for a function that reads it; it is on this node when this returns.
     *
     * @param firing who reads it
     * @throws GatewayFailure UNKNOWN_DATA, DATA_LOST, DATA_CORRUPT or DATA_FULL
     */
    public Value get(String task, String firing, Wanted wanted) {
        long begin = System.nanoTime();
        try {
            Fetch.Fetched fetched = values.find(task, wanted.id())
                    .map(value -> new Fetch.Fetched(value, Way.LOCAL, "this node has it"))
                    .orElseGet(() -> elsewhere(task, wanted));
            if (!wanted.matches(fetched.value().descriptor())) {
                throw new GatewayFailure(
                        GatewayError.DATA_CORRUPT,
                        "value %s has %d bytes with checksum %s, the reference says %d with %s"
                                .formatted(
                                        wanted.id(),
                                        fetched.value().descriptor().bytes(),
                                        fetched.value().descriptor().crc32c(),
                                        wanted.bytes(),
                                        wanted.crc32c()));
            }
            ledger.got(
                    task,
                    new Ledger.Got(
                            wanted.id(),
                            wanted.node(),
                            firing,
                            fetched.way(),
                            fetched.why(),
                            wanted.bytes(),
                            System.nanoTime() - begin));
            return fetched.value();
        } catch (IOException e) {
            throw Folders.failure(e);
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

    /** Where the value can be read as a file on this machine. */
    public Path path(Value value) {
        try {
            return values.path(value);
        } catch (IOException e) {
            throw Folders.failure(e);
        }
    }

    /** {@code {values, reads}} of a task, from this node alone. */
    public Map<String, Object> ofTask(String task) {
        return ledger.json(task);
    }

    /** {@code {values, reads, unreachable}} of a task, from all nodes; {@code unreachable} lists those that did not answer. */
    public Map<String, Object> everywhere(String task) {
        List<Object> values = new ArrayList<>();
        List<Object> reads = new ArrayList<>();
        List<Object> unreachable = new ArrayList<>();
        add(ledger.json(task), values, reads);
        peers.urls().get().forEach((node, url) -> {
            if (!node.equals(nodeId)) {
                try {
                    add(client.ofTask(url, task), values, reads);
                } catch (IOException e) {
                    unreachable.add(node);
                }
            }
        });
        return Map.of("values", values, "reads", reads, "unreachable", unreachable);
    }

    private static void add(Map<String, Object> of, List<Object> values, List<Object> reads) {
        values.addAll((List<?>) of.get("values"));
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
        sweeper.close();
        client.close();
        values.close();
        if (remote != null) {
            remote.close();
        }
    }
}
