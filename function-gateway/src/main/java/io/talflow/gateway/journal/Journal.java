package io.talflow.gateway.journal;

import io.talflow.gateway.journal.GroupCommit.Patience;
import io.talflow.gateway.journal.JournalTable.Row;
import io.talflow.gateway.journal.Phase.Signal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What this node was asked to run and how it ended; makes a firing idempotent across restarts. */
public final class Journal implements AutoCloseable {
    private final GroupCommit transactions;

    private Journal(GroupCommit transactions) {
        this.transactions = transactions;
    }

    /** Opens or creates the journal; it holds a lock on its file until it is closed. */
    public static Journal open(Path file) throws SQLException {
        GroupCommit transactions = new GroupCommit(JournalTable.open(file));
        transactions.start();
        return new Journal(transactions);
    }

    /**
     * Journals the firings; one answer for each, in their order.
     *
     * @param onlyKnown refuses those that are not journaled yet
     * @param then what follows from the answers, before anything that is journaled later has its consequences
     */
    public CompletableFuture<List<Acceptance>> accept(
            List<Firing> firings, boolean onlyKnown, Consumer<List<Acceptance>> then) {
        return transactions.submit(
                Patience.NONE,
                open -> {
                    List<Acceptance> answers = new ArrayList<>(firings.size());
                    for (Firing firing : firings) {
                        answers.add(accept(open, firing, onlyKnown));
                    }
                    return answers;
                },
                then);
    }

    /**
     * Journals tombstones, whether or not the firings were seen.
     *
     * @param then what follows, as in {@link #accept}
     */
    public CompletableFuture<Void> withdraw(List<FiringKey> keys, Runnable then) {
        return transactions.submit(
                Patience.NONE,
                open -> {
                    for (FiringKey key : keys) {
                        Phase phase = open.phase(key);
                        if (Transitions.FIRING.next(phase, Signal.WITHDRAW).isPresent()) {
                            open.withdraw(key, phase != Phase.UNSEEN);
                        }
                    }
                    return null;
                },
                done -> then.run());
    }

    /**
     * Records an outcome, within 5 ms. False if it no longer matters: the firing was withdrawn.
     */
    public CompletableFuture<Boolean> record(Firing firing, Recorded ended) {
        Signal signal = ended.outcome() instanceof Outcome.Completed ? Signal.COMPLETE : Signal.FAIL;
        return submit(Patience.SHORT, open -> {
            Phase phase = open.phase(firing.key());
            Optional<Phase> next = Transitions.FIRING.next(phase, signal);
            if (next.isPresent()) {
                open.record(firing, next.get(), ended);
            }
            return next.isPresent();
        });
    }

    /** Notes that Kafka has the outcome's event; within 100 ms. */
    public CompletableFuture<Void> published(FiringKey key) {
        return submit(Patience.LONG, open -> {
            open.published(key);
            return null;
        });
    }

    /** Firings without an outcome, to run again after a restart. */
    public CompletableFuture<List<Firing>> unfinished() {
        return submit(Patience.NONE, JournalTable::unfinished);
    }

    /** Outcomes that Kafka may not have. */
    public CompletableFuture<List<Recorded>> unpublished() {
        return submit(Patience.NONE, JournalTable::unpublished);
    }

    private static Acceptance accept(JournalTable open, Firing firing, boolean onlyKnown) throws SQLException {
        if (!onlyKnown && open.insert(firing)) {
            return new Acceptance.Run(firing);
        }
        Optional<Row> found = open.find(firing.key());
        if (found.isEmpty()) {
            return new Acceptance.Refused();
        }
        Row row = found.get();
        if (row.phase() != Phase.WITHDRAWN && !row.digest().equals(firing.digest())) {
            return new Acceptance.Conflict();
        }
        return row.outcome()
                .<Acceptance>map(outcome ->
                        new Acceptance.Finished(new Recorded(firing.key(), firing.task(), outcome, row.start())))
                .orElseGet(Acceptance.Known::new);
    }

    private <T> CompletableFuture<T> submit(Patience patience, GroupCommit.Work<T> work) {
        return transactions.submit(patience, work, result -> {});
    }

    /** Writes what waits, then closes. */
    @Override
    public void close() {
        transactions.close();
    }
}
