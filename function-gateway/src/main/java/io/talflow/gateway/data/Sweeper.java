package io.talflow.gateway.data;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Frees what tasks have that have ended: a while after the end, and before that if the room is needed. */
final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final long EVERY_MILLIS = 1_000;

    private final Values values;
    private final RemoteStore remote;
    private final Ledger ledger;
    private final Readers readers;
    private final TaskEnds ends;
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
            TaskEnds ends,
            Duration keep,
            Clock clock) {
        this.values = values;
        this.remote = remote;
        this.ledger = ledger;
        this.readers = readers;
        this.ends = ends;
        this.keepMillis = keep.toMillis();
        this.clock = clock;
        if (remote != null) {
            // which of those found after a restart have a replica is not known, and removing what is not there does no
            // harm
            values.tasks()
                    .forEach(task -> values.of(task).stream()
                            .filter(value -> !value.descriptor().copy())
                            .forEach(this::replicated));
        }
        Future<?> unused =
                thread.scheduleWithFixedDelay(this::sweep, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The remote store has the value, too. */
    void replicated(Value value) {
        replicas.computeIfAbsent(value.descriptor().task(), task -> ConcurrentHashMap.newKeySet())
                .add(value.descriptor().id());
    }

    private void sweep() {
        try {
            Set<String> tasks = values.tasks();
            tasks.addAll(ledger.tasks());
            tasks.addAll(replicas.keySet());
            for (String task : tasks) {
                OptionalLong ended = ends.endedAt(task);
                if (ended.isPresent() && clock.millis() - ended.getAsLong() >= keepMillis) {
                    free(task);
                } else if (ended.isPresent()) {
                    values.ended(task);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("Data of ended tasks cannot be freed now", e);
        }
    }

    private void free(String task) {
        values.free(task);
        ledger.forget(task, readers::were);
        Set<String> remotely = replicas.remove(task);
        if (remotely == null) {
            return;
        }
        for (String id : remotely) {
            try {
                remote.delete(task, id);
            } catch (IOException e) {
                LOG.warn("The remote store keeps {} of {}: {}", id, task, e.toString());
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
