package io.talflow.gateway.view;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Answers about tasks, from the rows that {@link ViewUpdater} writes. Each says as of when. */
public final class TaskView implements AutoCloseable {
    private static final int READERS = 4;

    private interface Query<T> {
        T on(ViewReader reader) throws SQLException;
    }

    private record Waiter(long revision, CompletableFuture<Optional<Map<String, Object>>> answer) {}

    private final Clock clock;
    private final BlockingQueue<ViewReader> readers = new ArrayBlockingQueue<>(READERS);
    private final Map<String, List<Waiter>> waiters = new ConcurrentHashMap<>();
    private volatile long freshAt;

    /** @param file exists, with its tables */
    TaskView(Path file, Clock clock) throws SQLException {
        this.clock = clock;
        for (int i = 0; i < READERS; i++) {
            readers.add(ViewReader.open(file));
        }
    }

    /** The task's status with {@code asOf}; empty if the view has not heard of it. */
    public Optional<Map<String, Object>> task(String task) {
        Optional<Map<String, Object>> state = query(reader -> reader.task(task));
        state.ifPresent(found -> found.put("asOf", asOf(found.get("revision"))));
        return state;
    }

    /** The task's status when it is of that revision or a later one; empty if that takes longer. */
    public CompletableFuture<Optional<Map<String, Object>>> await(String task, long revision, Duration patience) {
        Waiter waiter = new Waiter(revision, new CompletableFuture<>());
        waiters.compute(task, (id, present) -> {
            List<Waiter> all = present == null ? new ArrayList<>() : new ArrayList<>(present);
            all.add(waiter);
            return all;
        });
        wake(task);
        return waiter.answer
                .completeOnTimeout(Optional.empty(), patience.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((state, error) -> waiters.computeIfPresent(task, (id, present) -> {
                    List<Waiter> rest = new ArrayList<>(present);
                    rest.remove(waiter);
                    return rest.isEmpty() ? null : rest;
                }));
    }

    public Page tasks(String workflow, String status, int size, Page.Cursor after) {
        return query(reader -> reader.tasks(workflow, status, size, after));
    }

    public Page invocations(String task, String node, int size, Page.Cursor after) {
        return query(reader -> reader.invocations(task, node, size, after));
    }

    /** When the task ended, epoch milliseconds; empty: it has not, as far as the view has heard. */
    public OptionalLong endedAt(String task) {
        return query(reader -> reader.endedAt(task));
    }

    /** Ids of the nodes on which invocations of the task have ended. */
    public Set<String> ranOn(String task) {
        return query(reader -> reader.ranOn(task));
    }

    /** How far the view may be behind the job's stream, milliseconds. */
    public long lagMillis() {
        return Math.max(0, clock.millis() - freshAt);
    }

    /** {@code {revision?, source, lagMillis}}. */
    public Map<String, Object> asOf(Object revision) {
        Map<String, Object> asOf = new LinkedHashMap<>();
        if (revision != null) {
            asOf.put("revision", revision);
        }
        asOf.put("source", "view");
        asOf.put("lagMillis", lagMillis());
        return asOf;
    }

    /** The rows hold everything that was written before this time. */
    void freshAt(long millis) {
        freshAt = millis;
    }

    /** The task may have changed. */
    void wake(String task) {
        List<Waiter> waiting = waiters.get(task);
        if (waiting == null) {
            return;
        }
        Optional<Map<String, Object>> state = task(task);
        if (state.isPresent() && state.get().get("revision") instanceof Number revision) {
            for (Waiter waiter : waiting) {
                if (revision.longValue() >= waiter.revision) {
                    waiter.answer.complete(state);
                }
            }
        }
    }

    private <T> T query(Query<T> query) {
        ViewReader reader = null;
        try {
            reader = readers.take();
            return query.on(reader);
        } catch (SQLException e) {
            throw new IllegalStateException("the view cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            if (reader != null) {
                readers.add(reader);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        for (ViewReader reader = readers.poll(); reader != null; reader = readers.poll()) {
            reader.close();
        }
    }
}
