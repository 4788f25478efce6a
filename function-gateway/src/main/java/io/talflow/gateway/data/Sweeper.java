package io.talflow.gateway.data;

import io.talflow.tal.event.TaskId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frees what tasks have that have ended, a while after the end, and before that if the room is needed; and of tasks that run
 * what nothing in them names any more. A value that a task has given back to the one that started it stays as if it were that one's.
 */
final class Sweeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final Values values;
    private final RemoteStore remote;
    private final Ledger ledger;
    private final Readers readers;
    private final Tasks tasks;
    private final Heirs heirs;
    private final UnnamedValues unnamed;
    private final long keepMillis;
    private final Clock clock;
    /** Ids of what this node wrote to the remote store, by task. */
    private final Map<String, Set<String>> replicas = new ConcurrentHashMap<>();

    /**
     * @param remote null: there is none
     * @param thread the one that sweeps
     */
    Sweeper(
            Values values,
            RemoteStore remote,
            Ledger ledger,
            Readers readers,
            Tasks tasks,
            Duration keep,
            Executor thread,
            Clock clock) {
        this.values = values;
        this.remote = remote;
        this.ledger = ledger;
        this.readers = readers;
        this.tasks = tasks;
        this.keepMillis = keep.toMillis();
        this.clock = clock;
        heirs = new Heirs(tasks);
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
    }

    /** The remote store has the value, too. */
    void replicated(Value value) {
        replicas.computeIfAbsent(value.descriptor().task(), task -> ConcurrentHashMap.newKeySet())
                .add(value.descriptor().id());
    }

    /** To be called now and then. */
    void sweep() {
        try {
            Map<String, List<Value>> byTask = values.byTask();
            Map<String, List<UnnamedValues.Held>> running = new HashMap<>();
            Set<String> known = new TreeSet<>(byTask.keySet());
            known.addAll(ledger.tasks());
            known.addAll(replicas.keySet());
            for (String task : known) {
                List<Value> held = byTask.getOrDefault(task, List.of());
                OptionalLong ended = tasks.endedAt(task);
                if (ended.isPresent()) {
                    ended(task, ended.getAsLong(), held, running);
                } else {
                    running.computeIfAbsent(task, absent -> new ArrayList<>()).addAll(UnnamedValues.judgeable(held));
                }
            }
            unnamed.ask(running);
        } catch (RuntimeException e) {
            LOG.error("Data that nobody reads any more cannot be freed now", e);
        }
    }

    /** @param running takes what another task, which runs, may name */
    private void ended(String task, long at, List<Value> held, Map<String, List<UnnamedValues.Held>> running) {
        boolean left = clock.millis() - at < keepMillis;
        for (Value value : held) {
            Heirs.Stay stay = heirs.of(task, at, value.descriptor().id());
            if (stay.firing().isPresent()) {
                String firing = stay.firing().get();
                running.computeIfAbsent(TaskId.ofFiring(firing), absent -> new ArrayList<>())
                        .add(new UnnamedValues.Held(value, firing));
                left = true;
            } else if (isKept(stay)) {
                values.release(value);
                left = true;
            } else {
                values.free(value);
            }
        }
        Set<String> remotely = replicas.getOrDefault(task, Set.of());
        for (String id : remotely) {
            if (!values.has(id) && !isKept(heirs.of(task, at, id))) {
                remotely.remove(id);
                freeRemotely(task, id);
            }
        }
        if (!left && remotely.isEmpty()) {
            values.forget(task);
            ledger.forget(task, readers::were);
            replicas.remove(task);
        }
    }

    private boolean isKept(Heirs.Stay stay) {
        return stay.firing().isPresent() || clock.millis() - stay.endedAt() < keepMillis;
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
}
