package io.talflow.gateway.journal;

import io.talflow.gateway.journal.JournalTable.Row;
import io.talflow.gateway.journal.Phase.Signal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node was asked to run and how it ended; makes a firing idempotent across restarts. One thread writes:
 * whatever waits when it is free goes into one transaction, and a future completes when that is committed.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int MAX_GROUP = 2_000;
    /** How long a patient write waits for one that somebody waits for. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private interface Write {
        boolean isPatient();

        void apply(JournalTable table) throws SQLException;

        void committed();

        void failed(SQLException error);
    }

    private final JournalTable table;
    private final BlockingQueue<Write> waiting = new LinkedBlockingQueue<>();
    /** Nobody waits for these, and a crash before them costs a repeat: they go with the next transaction. */
    private final Queue<Write> riding = new ConcurrentLinkedQueue<>();

    private final Thread writer = new Thread(this::write, "journal");
    private volatile boolean closed;

    private Journal(JournalTable table) {
        this.table = table;
    }

    /** Opens or creates the journal; it holds a lock on its file until it is closed. */
    public static Journal open(Path file) throws SQLException {
        Journal journal = new Journal(JournalTable.open(file));
        journal.writer.start();
        return journal;
    }

    /**
     * Journals the firings; one answer for each, in their order.
     *
     * @param onlyKnown refuses those that are not journaled yet
     */
    public CompletableFuture<List<Acceptance>> accept(List<Firing> firings, boolean onlyKnown) {
        return submit(open -> {
            List<Acceptance> answers = new ArrayList<>(firings.size());
            for (Firing firing : firings) {
                answers.add(accept(open, firing, onlyKnown));
            }
            return answers;
        });
    }

    /** Journals tombstones, whether or not the firings were seen. */
    public CompletableFuture<Void> withdraw(List<FiringKey> keys) {
        return submit(open -> {
            for (FiringKey key : keys) {
                Optional<Row> row = open.find(key);
                Phase phase = row.map(Row::phase).orElse(Phase.UNSEEN);
                if (Transitions.FIRING.next(phase, Signal.WITHDRAW).isPresent()) {
                    open.withdraw(key, row.isPresent());
                }
            }
            return null;
        });
    }

    /**
     * Records an outcome, within 5 ms: a transaction that somebody waits for takes it along. False if it no longer
     * matters: the firing was withdrawn.
     */
    public CompletableFuture<Boolean> record(FiringKey key, Outcome outcome) {
        Signal signal = outcome instanceof Outcome.Completed ? Signal.COMPLETE : Signal.FAIL;
        return submit(waiting, true, open -> {
            Phase phase = open.find(key).map(Row::phase).orElse(Phase.UNSEEN);
            Optional<Phase> next = Transitions.FIRING.next(phase, signal);
            if (next.isPresent()) {
                open.record(key, next.get(), outcome);
            }
            return next.isPresent();
        });
    }

    /** Notes that Kafka has the outcome's event; within 100 ms. */
    public CompletableFuture<Void> published(FiringKey key) {
        return submit(riding, true, open -> {
            open.published(key);
            return null;
        });
    }

    /** Firings without an outcome, to run again after a restart. */
    public CompletableFuture<List<Firing>> unfinished() {
        return submit(JournalTable::unfinished);
    }

    /** Outcomes that Kafka may not have. */
    public CompletableFuture<List<Recorded>> unpublished() {
        return submit(JournalTable::unpublished);
    }

    private static Acceptance accept(JournalTable open, Firing firing, boolean onlyKnown) throws SQLException {
        Optional<Row> found = open.find(firing.key());
        if (found.isEmpty() && onlyKnown) {
            return new Acceptance.Refused();
        }
        String digest = firing.digest();
        if (found.isEmpty()) {
            open.insert(firing, digest);
            return new Acceptance.Run(firing);
        }
        Row row = found.get();
        if (row.phase() != Phase.WITHDRAWN && !row.digest().equals(digest)) {
            return new Acceptance.Conflict();
        }
        return row.outcome()
                .<Acceptance>map(outcome -> new Acceptance.Finished(new Recorded(firing.key(), firing.task(), outcome)))
                .orElseGet(Acceptance.Known::new);
    }

    private interface Work<T> {
        T on(JournalTable table) throws SQLException;
    }

    private <T> CompletableFuture<T> submit(Work<T> work) {
        return submit(waiting, false, work);
    }

    private <T> CompletableFuture<T> submit(Queue<Write> queue, boolean patient, Work<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Write write = new Write() {
            private T result;

            @Override
            public boolean isPatient() {
                return patient;
            }

            @Override
            public void apply(JournalTable open) throws SQLException {
                result = work.on(open);
            }

            @Override
            public void committed() {
                done.complete(result);
            }

            @Override
            public void failed(SQLException error) {
                done.completeExceptionally(error);
            }
        };
        queue.add(write);
        if (closed) {
            write.failed(new SQLException("the journal is closed"));
        }
        return done;
    }

    private void write() {
        List<Write> group = new ArrayList<>();
        try {
            while (!closed || !waiting.isEmpty() || !riding.isEmpty()) {
                group.clear();
                gather(group);
                for (Write next = riding.poll(); next != null; next = riding.poll()) {
                    group.add(next);
                }
                if (!group.isEmpty()) {
                    commit(group);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            table.close();
        }
    }

    /** What waits; if it is all patient, what comes meanwhile too. */
    private void gather(List<Write> group) throws InterruptedException {
        Write next = waiting.poll(100, TimeUnit.MILLISECONDS);
        long until = System.nanoTime() + PATIENCE_NANOS;
        while (next != null) {
            int from = group.size();
            group.add(next);
            waiting.drainTo(group, MAX_GROUP);
            boolean patient = !closed
                    && group.size() < MAX_GROUP
                    && group.subList(from, group.size()).stream().allMatch(Write::isPatient);
            next = patient ? waiting.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS) : null;
        }
    }

    private void commit(List<Write> group) {
        try {
            for (Write write : group) {
                write.apply(table);
            }
            table.commit();
        } catch (SQLException e) {
            LOG.error("The journal cannot be written; {} requests fail", group.size(), e);
            table.rollback();
            group.forEach(write -> write.failed(e));
            return;
        }
        for (Write write : group) {
            try {
                write.committed();
            } catch (RuntimeException e) {
                LOG.error("What follows a journal entry failed", e);
            }
        }
    }

    /** Writes what waits, then closes. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
