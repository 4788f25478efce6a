package io.talflow.gateway.data;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frees what tasks have that have ended, a while after the end, and before that if the room is needed; and of tasks that run
 * what nothing in them names any more.
 */
final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final long EVERY_MILLIS = 1_000;

    private final Values values;
    private final RemoteStore remote;
    private final Ledger ledger;
    private final Readers readers;
    private final Tasks tasks;
    private final UnnamedValues unnamed;
    private final long keepMillis;
    private final Clock clock;
    /** Ids of what this node wrote to the remote store, by task. */
    private final Map<String, Set<String>> replicas = new ConcurrentHashMap<>();

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread sweeping = new Thread(task, "data-sweeper");
        sweeping.setDaemon(true);
        return sweeping;
    });

    /** @param remote null: there is none */
    Sweeper(
            Values values,
            RemoteStore remote,
            Ledger ledger,
            Readers readers,
            Tasks tasks,
            Duration keep,
            Clock clock) {
        this.values = values;
        this.remote = remote;
        this.ledger = ledger;
        this.readers = readers;
        this.tasks = tasks;
        this.keepMillis = keep.toMillis();
        this.clock = clock;
        unnamed = new UnnamedValues(tasks, this::free, thread, clock);
        values.whenFull(unnamed::hurry);
        if (remote != null) {
            // which of those found after a restart have a replica is not known, and removing what is not there does no
            // harm
            values.byTask().values().stream()
                    .flatMap(List::stream)
                    .filter(value -> !value.descriptor().copy())
                    .forEach(this::replicated);
        }
        Future<?> unused =
                thread.scheduleWithFixedDelay(this::sweep, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The remote store has the value, too. */
    void replicated(Value value) {
        replicas.computeIfAbsent(value.descriptor().task(), task -> ConcurrentHashMap.newKeySet())
                .add(value.descriptor().id());
    }

    void sweep() {
        try {
            Map<String, List<Value>> held = values.byTask();
            Set<String> known = new TreeSet<>(held.keySet());
            known.addAll(ledger.tasks());
            known.addAll(replicas.keySet());
            for (String task : known) {
                OptionalLong ended = tasks.endedAt(task);
                if (ended.isPresent()) {
                    held.remove(task);
                    ended(task, ended.getAsLong());
                }
            }
            unnamed.ask(held);
        } catch (RuntimeException e) {
            LOG.error("Data that nobody reads any more cannot be freed now", e);
        }
    }

    private void ended(String task, long at) {
        if (clock.millis() - at < keepMillis) {
            values.ended(task);
            return;
        }
        values.free(task);
        ledger.forget(task, readers::were);
        Set<String> remotely = replicas.remove(task);
        if (remotely != null) {
            remotely.forEach(id -> freeRemotely(task, id));
        }
    }

    private void free(Value value) {
        String task = value.descriptor().task();
        String id = value.descriptor().id();
        values.free(value);
        Set<String> remotely = replicas.get(task);
        if (remotely != null && remotely.remove(id)) {
            freeRemotely(task, id);
        }
    }

    private void freeRemotely(String task, String id) {
        try {
            remote.delete(task, id);
        } catch (IOException e) {
            LOG.warn("The remote store keeps {} of {}: {}", id, task, e.toString());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
