package io.talflow.gateway.data;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/**
 * Takes the values that functions hand over: as streams, or, from a process on this machine, as files that it writes itself
 * while this node computes the checksum of what is there already.
 */
public final class Puts {
    /**
     * A file to write a value to.
     *
     * @param id to speak of it by; the value's, later
     */
    public record Place(String id, Path path) {}

    /** A file that is being written. */
    private record Written(Put put, Incoming into) {}

    private final String nodeId;
    private final Values values;
    private final Choice choice;
    private final Rates rates;
    private final Readers readers;
    private final Ledger ledger;
    private final Sweeper sweeper;
    private final RemoteStore remote;
    private final Remakes remakes;
    private final Map<String, Written> beingWritten = new ConcurrentHashMap<>();

    /** @param remote null: there is none */
    Puts(
            String nodeId,
            Values values,
            Choice choice,
            Rates rates,
            Readers readers,
            Ledger ledger,
            Sweeper sweeper,
            RemoteStore remote,
            Remakes remakes) {
        this.nodeId = nodeId;
        this.values = values;
        this.choice = choice;
        this.rates = rates;
        this.readers = readers;
        this.ledger = ledger;
        this.sweeper = sweeper;
        this.remote = remote;
        this.remakes = remakes;
    }

    /**
     * Takes a value. When this returns it is held, and in the remote store if it goes there.
     *
     * @throws GatewayFailure DATA_FULL, or BAD_REQUEST if the value ends before its length
     */
    public Reference take(Put put, InputStream in) {
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
        if (!put.again()) {
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
        }
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
            value = keep(put, id, into);
        } finally {
            if (value == null) {
                values.abandon(into);
            }
        }
        return held(put, value);
    }

    private Value keep(Put put, String id, Incoming into) throws IOException {
        Descriptor descriptor = new Descriptor(
                id, put.task(), put.type(), into.received(), into.crc32c(), false, put.again() ? "" : put.firing());
        return values.keep(into, descriptor);
    }

    private Reference held(Put put, Value value) {
        Descriptor held = value.descriptor();
        if (put.again()) {
            remakes.made(put, value);
            return reference(put, held, false);
        }
        double nodes = put.nodes() >= 0 ? put.nodes() : readers.expected(put.function());
        Choice.OfPut chosen = choice.put(held.bytes(), nodes, remote != null, put.replicate());
        if (chosen.replicate()) {
            replicate(value);
        }
        ledger.put(
                put.task(),
                new Ledger.Put(
                        held.id(),
                        put.firing(),
                        put.name(),
                        put.function(),
                        put.type(),
                        held.bytes(),
                        chosen.replicate(),
                        chosen.why(),
                        new TreeSet<>()));
        return reference(put, held, chosen.replicate());
    }

    private Reference reference(Put put, Descriptor held, boolean replica) {
        return new Reference(
                put.firing(),
                put.name(),
                held.type(),
                held.bytes(),
                held.crc32c(),
                new Reference.Content.Held(nodeId, held.id(), replica));
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
     * Makes room for a value and a file to write it to. Until it is whole it can be given up by {@link #giveUp}.
     *
     * @param put with its length
     * @throws GatewayFailure DATA_FULL
     */
    public Place begin(Put put) {
        String id = values.newId();
        try {
            Incoming into = values.receive(put.task(), id, -1);
            try {
                into.reserve(put.length());
            } catch (GatewayFailure e) {
                values.abandon(into);
                throw e;
            }
            beingWritten.put(id, new Written(put, into));
            return new Place(id, into.part());
        } catch (IOException e) {
            throw Folders.failure(e);
        }
    }

    /**
     * So many bytes are in the file, from its beginning.
     *
     * @param firing whose file it must be
     * @return the reference once all are; empty before
     * @throws GatewayFailure UNKNOWN_DATA, or BAD_REQUEST if they are not there
     */
    public Optional<Reference> written(String firing, String id, long bytes) {
        Written file = of(firing, id);
        synchronized (file) {
            try {
                file.into().takeWritten(Math.min(bytes, file.put().length()));
                if (file.into().received() < file.put().length() || !beingWritten.remove(id, file)) {
                    return Optional.empty();
                }
                Value value = null;
                try {
                    value = keep(file.put(), id, file.into());
                } finally {
                    if (value == null) {
                        values.abandon(file.into());
                    }
                }
                return Optional.of(held(file.put(), value));
            } catch (java.io.EOFException e) {
                throw new GatewayFailure(GatewayError.BAD_REQUEST, e.getMessage());
            } catch (IOException e) {
                throw Folders.failure(e);
            }
        }
    }

    /** The file will not become a value; nothing if it is one already. */
    public void giveUp(String firing, String id) {
        Written file = beingWritten.get(id);
        if (file == null || !file.put().firing().equals(firing)) {
            return;
        }
        synchronized (file) {
            if (beingWritten.remove(id, file)) {
                try {
                    values.abandon(file.into());
                } catch (IOException e) {
                    throw Folders.failure(e);
                }
            }
        }
    }

    private Written of(String firing, String id) {
        Written file = beingWritten.get(id);
        if (file == null || !file.put().firing().equals(firing)) {
            throw new GatewayFailure(GatewayError.UNKNOWN_DATA, "this attempt has begun no value " + id);
        }
        return file;
    }
}
