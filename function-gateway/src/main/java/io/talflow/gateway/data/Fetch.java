package io.talflow.gateway.data;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings values of other nodes here, each once: who asks while one is on its way waits for it. */
final class Fetch {
    /** A value, and how it came. */
    record Fetched(Value value, Way way, String why) {}

    private static final Logger LOG = LoggerFactory.getLogger(Fetch.class);

    private final Values values;
    private final Choice choice;
    private final Rates rates;
    private final Transfer transfer;
    /** Asks once, of nodes that may have a copy. */
    private final Transfer atOnce = new Transfer(Duration.ZERO);

    private final Peers peers;
    private final PeerClient client;
    private final RemoteStore remote;
    private final Map<String, CompletableFuture<Fetched>> underWay = new ConcurrentHashMap<>();

    /** @param remote null: there is none */
    Fetch(
            Values values,
            Choice choice,
            Rates rates,
            Transfer transfer,
            Peers peers,
            PeerClient client,
            RemoteStore remote) {
        this.values = values;
        this.choice = choice;
        this.rates = rates;
        this.transfer = transfer;
        this.peers = peers;
        this.client = client;
        this.remote = remote;
    }

    /** @throws GatewayFailure DATA_LOST, DATA_CORRUPT, UNKNOWN_DATA or DATA_FULL */
    Fetched fetch(String task, Wanted wanted) {
        CompletableFuture<Fetched> mine = new CompletableFuture<>();
        CompletableFuture<Fetched> other = underWay.putIfAbsent(wanted.id(), mine);
        if (other != null) {
            Fetched fetched = join(other);
            return new Fetched(fetched.value(), Way.LOCAL, "it was on its way here");
        }
        try {
            mine.complete(lead(task, wanted));
        } catch (GatewayFailure e) {
            mine.completeExceptionally(e);
        } catch (IOException e) {
            mine.completeExceptionally(Folders.failure(e));
        } finally {
            underWay.remove(wanted.id());
            mine.completeExceptionally(new GatewayFailure(GatewayError.INTERNAL, "the transfer failed"));
        }
        return join(mine);
    }

    private static Fetched join(CompletableFuture<Fetched> fetched) {
        try {
            return fetched.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof GatewayFailure failure ? failure : e;
        }
    }

    private Fetched lead(String task, Wanted wanted) throws IOException {
        String url = peers.url(wanted.node()).orElse(null);
        Choice.OfGet chosen =
                choice.get(wanted.bytes(), wanted.node(), url != null, wanted.replica() && remote != null);
        List<String> failures = new ArrayList<>();
        GatewayError error = GatewayError.DATA_LOST;
        for (Way way : chosen.ways()) {
            Source source = way == Way.DIRECT
                    ? client.value(wanted.node(), url, task, wanted.id())
                    : from -> remote.open(task, wanted.id(), from);
            long begin = System.nanoTime();
            try {
                Value value = receive(task, wanted, source, transfer);
                rates.took(
                        way == Way.DIRECT ? Rates.Kind.DIRECT : Rates.Kind.REMOTE_GET,
                        wanted.bytes(),
                        System.nanoTime() - begin);
                return new Fetched(value, way, failures.isEmpty() ? chosen.why() : String.join("; ", failures));
            } catch (IOException e) {
                if (String.valueOf(e.getMessage()).contains("No space left")) {
                    throw e;
                }
                error = e instanceof Transfer.Corrupt ? GatewayError.DATA_CORRUPT : error;
                failures.add(e.getMessage());
            }
        }
        if (failures.isEmpty()) {
            failures.add("no address of node %s is known".formatted(wanted.node()));
        }
        Optional<Fetched> copy = copy(task, wanted, String.join("; ", failures));
        if (copy.isPresent()) {
            return copy.get();
        }
        if (!wanted.replica()) {
            failures.add("it was not replicated to a remote store");
        }
        throw new GatewayFailure(
                error, "value %s of node %s: %s".formatted(wanted.id(), wanted.node(), String.join("; ", failures)));
    }

    /** From a node that has read it. */
    private Optional<Fetched> copy(String task, Wanted wanted, String lost) {
        for (Map.Entry<String, String> other : peers.urls().get().entrySet()) {
            String node = other.getKey();
            if (!node.equals(wanted.node())) {
                try {
                    Value value =
                            receive(task, wanted, client.value(node, other.getValue(), task, wanted.id()), atOnce);
                    return Optional.of(
                            new Fetched(value, Way.DIRECT, "%s, and node %s has a copy".formatted(lost, node)));
                } catch (IOException e) {
                    LOG.debug("Node {} has no copy of value {}: {}", node, wanted.id(), e.getMessage());
                }
            }
        }
        return Optional.empty();
    }

    private Value receive(String task, Wanted wanted, Source source, Transfer by) throws IOException {
        Incoming into = values.receive(task, wanted.id(), wanted.bytes());
        boolean kept = false;
        try {
            by.run(source, into, wanted);
            Value value = values.keep(
                    into, new Descriptor(wanted.id(), task, wanted.type(), wanted.bytes(), wanted.crc32c(), true, ""));
            kept = true;
            return value;
        } finally {
            if (!kept) {
                values.abandon(into);
            }
        }
    }
}
