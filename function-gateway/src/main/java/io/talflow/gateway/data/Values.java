package io.talflow.gateway.data;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The values that this node holds. A small one is in memory when its put is acknowledged and soon after on disk, too, where
 * it stays when memory is needed for another; a large one goes to disk at once. Both are bounded; space on disk is taken for
 * either, so writing a value down never fails for want of it.
 */
final class Values implements AutoCloseable {
    /** A larger value is not kept in memory. */
    static final int MOST_IN_MEMORY = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Values.class);
    private static final int ID_BYTES = 16;

    private final Folders folders;
    private final Space memory;
    private final Space disk;
    private final Map<String, Value> byId = new ConcurrentHashMap<>();
    /** Those in memory, the one that was read longest ago first. */
    private final Map<String, Value> inMemory = new LinkedHashMap<>(16, 0.75f, true);

    /** Those that go when their room is needed. */
    private final Set<Value> released = ConcurrentHashMap.newKeySet();

    private volatile Runnable whenFull = () -> {};
    private final SecureRandom random = new SecureRandom();
    private final WriteBehind writer;
    private final Incoming.Room room = new Incoming.Room() {
        @Override
        public void take(long bytes) {
            takeDisk(bytes);
        }

        @Override
        public void give(long bytes) {
            disk.give(bytes);
        }
    };

    Values(Path directory, long memoryBytes, long diskBytes) throws IOException {
        folders = new Folders(directory);
        memory = new Space(memoryBytes);
        disk = new Space(diskBytes);
        for (Value value : folders.found()) {
            byId.put(value.descriptor().id(), value);
            disk.hold(value.descriptor().bytes());
        }
        writer = new WriteBehind(this::write);
    }

    String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /**
     * Begins to receive a value.
     *
     * @param expected its size; -1: not known
     * @throws GatewayFailure DATA_FULL
     */
    Incoming receive(String task, String id, long expected) throws IOException {
        boolean small = expected >= 0 && expected <= MOST_IN_MEMORY && takeMemory(expected);
        try {
            return new Incoming(room, expected, small ? new byte[(int) expected] : null, folders.part(task, id));
        } catch (IOException | GatewayFailure e) {
            if (small) {
                memory.give(expected);
            }
            throw e;
        }
    }

    /** What was received did not become a value. */
    void abandon(Incoming incoming) throws IOException {
        if (incoming.memory() != null) {
            memory.give(incoming.memory().length);
        }
        incoming.close();
    }

    /** Keeps what was received. */
    Value keep(Incoming incoming, Descriptor descriptor) throws IOException {
        Path file = folders.file(descriptor);
        incoming.finish(file);
        Value value;
        if (incoming.memory() == null) {
            value = Value.onDisk(descriptor, file, true);
        } else {
            value = Value.inMemory(descriptor, file, incoming.memory());
            synchronized (inMemory) {
                inMemory.put(descriptor.id(), value);
            }
            writer.later(value);
        }
        byId.put(descriptor.id(), value);
        return value;
    }

    /** The same content under another id, as what can be had once more. */
    Value again(Value value, String id) throws IOException {
        Value known = byId.get(id);
        if (known != null) {
            return known;
        }
        Descriptor descriptor = value.descriptor().again(id);
        Path file = folders.file(descriptor);
        Files.createLink(file, path(value));
        disk.hold(descriptor.bytes());
        Value again = Value.onDisk(descriptor, file, true);
        byId.put(id, again);
        return again;
    }

    /** The value, if this node has it and it is the task's. One found after a restart is compared with its checksum first. */
    Optional<Value> find(String task, String id) throws IOException {
        Value value = byId.get(id);
        if (value == null || !value.descriptor().task().equals(task)) {
            return Optional.empty();
        }
        if (!value.isChecked() && !value.matchesChecksum()) {
            LOG.error("Value {} of {} is not what was written; it is dropped", id, task);
            free(value);
            return Optional.empty();
        }
        value.hasBeenChecked();
        synchronized (inMemory) {
            inMemory.get(id); // read last
        }
        return Optional.of(value);
    }

    /** Its file, which is there. */
    Path path(Value value) throws IOException {
        write(value);
        return value.file();
    }

    /** Writes a value down that is in memory only. */
    private void write(Value value) throws IOException {
        synchronized (value) {
            if (value.isOnDisk() || value.isFreed()) {
                return;
            }
            Path part =
                    folders.part(value.descriptor().task(), value.descriptor().id());
            try (OutputStream out = Files.newOutputStream(part)) {
                out.write(value.memory());
            }
            Files.move(part, value.file());
            value.written();
        }
    }

    boolean has(String id) {
        return byId.containsKey(id);
    }

    /** What there is, by task; of each in the order of the ids. */
    Map<String, List<Value>> byTask() {
        Map<String, List<Value>> byTask = new HashMap<>();
        byId.values().stream()
                .sorted(Comparator.comparing(value -> value.descriptor().id()))
                .forEach(value -> byTask.computeIfAbsent(value.descriptor().task(), task -> new ArrayList<>())
                        .add(value));
        return byTask;
    }

    /** What to do each time that a value has found no room. */
    void whenFull(Runnable then) {
        whenFull = then;
    }

    /** It stays while nobody needs the room: no task will read it any more. */
    void release(Value value) {
        released.add(value);
    }

    /** A task has no values any more. */
    void forget(String task) {
        folders.forget(task);
    }

    /** Frees a value. Who reads it reads it to its end. */
    void free(Value value) {
        released.remove(value);
        synchronized (value) {
            if (byId.remove(value.descriptor().id()) == null) {
                return;
            }
            value.free();
            leaveMemory(value);
            disk.give(value.descriptor().bytes());
            try {
                Files.deleteIfExists(value.file());
            } catch (IOException e) {
                LOG.warn("{} cannot be deleted: {}", value.file(), e.toString());
            }
        }
    }

    /** Never under the lock of {@code inMemory}: a value's own lock comes first. */
    private void leaveMemory(Value value) {
        long bytes = value.leaveMemory();
        if (bytes > 0) {
            synchronized (inMemory) {
                inMemory.remove(value.descriptor().id());
            }
            memory.give(bytes);
        }
    }

    private boolean takeMemory(long bytes) {
        if (memory.take(bytes)) {
            return true;
        }
        List<Value> oldest;
        synchronized (inMemory) {
            oldest = new ArrayList<>(inMemory.values());
        }
        for (Value value : oldest) {
            leaveMemory(value);
            if (memory.take(bytes)) {
                return true;
            }
        }
        return false;
    }

    private void takeDisk(long bytes) {
        if (disk.take(bytes)) {
            return;
        }
        released.forEach(this::free);
        for (Value value : byId.values()) {
            if (disk.take(bytes)) {
                return;
            }
            if (value.descriptor().copy()) {
                free(value);
            }
        }
        if (!disk.take(bytes)) {
            whenFull.run();
            throw new GatewayFailure(
                    GatewayError.DATA_FULL,
                    "this node has room for %d bytes of values, %d of them are taken, and %d more are wanted"
                            .formatted(disk.limit(), disk.used(), bytes));
        }
    }

    long memoryUsed() {
        return memory.used();
    }

    long diskUsed() {
        return disk.used();
    }

    /** Writes down what is in memory only, so that it is there after a restart. */
    @Override
    public void close() {
        writer.close();
        for (Value value : byId.values()) {
            try {
                write(value);
            } catch (IOException e) {
                LOG.error("Value {} is lost: {}", value.descriptor().id(), e.toString());
            }
        }
    }
}
