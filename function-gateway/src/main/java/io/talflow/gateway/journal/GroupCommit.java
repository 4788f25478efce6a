package io.talflow.gateway.journal;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes transactions of single writes, one transaction at a time. Whoever waits for a write makes it himself if none is under
 * way, since to wake another thread costs more than the write. What comes while one is under way, and what can wait, is
 * made together by a thread of the group's own. What follows from a write is done before the next transaction.
 */
final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final int MAX_GROUP = 2_000;

    /** How long a write may wait for the transaction of another. */
    enum Patience {
        /** Somebody waits for it. */
        NONE(0),
        /** Something is done twice if a crash is faster. */
        SHORT(5),
        /** Something is said twice if a crash is faster. */
        LONG(100);

        private final long nanos;

        Patience(long millis) {
            this.nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        }
    }

    interface Work<T> {
        T on(JournalTable table) throws SQLException;
    }

    private static final class Write<T> {
        private final Work<T> work;
        private final Consumer<T> then;
        private final CompletableFuture<T> done = new CompletableFuture<>();
        /** When it is to be made at the latest, by {@link System#nanoTime}. */
        private final long due;

        private T result;

        Write(Work<T> work, Consumer<T> then, Patience patience) {
            this.work = work;
            this.then = then;
            this.due = System.nanoTime() + patience.nanos;
        }

        void apply(JournalTable table) throws SQLException {
            result = work.on(table);
        }

        void committed() {
            try {
                then.accept(result);
                done.complete(result);
            } catch (RuntimeException e) {
                LOG.error("What follows a journal entry failed", e);
                done.completeExceptionally(e);
            }
        }
    }

    private final JournalTable table;
    /** By patience: in each the first is due first. */
    private final List<Queue<Write<?>>> waiting =
            List.of(new ConcurrentLinkedQueue<>(), new ConcurrentLinkedQueue<>(), new ConcurrentLinkedQueue<>());

    private final ReentrantLock transaction = new ReentrantLock();
    private final Thread writer = new Thread(this::write, "journal");
    /** Whether the writer sleeps until it is woken. */
    private volatile boolean dozing;

    private volatile boolean closed;

    GroupCommit(JournalTable table) {
        this.table = table;
    }

    void start() {
        writer.start();
    }

    /** @param then what follows when it is committed; the future completes after that, or with what it throws */
    <T> CompletableFuture<T> submit(Patience patience, Work<T> work, Consumer<T> then) {
        Write<T> write = new Write<>(work, then, patience);
        waiting.get(patience.ordinal()).add(write);
        if (closed) {
            write.done.completeExceptionally(new SQLException("the journal is closed"));
        } else if (patience != Patience.NONE) {
            if (dozing) {
                LockSupport.unpark(writer);
            }
        } else if (!transaction.isHeldByCurrentThread() && transaction.tryLock()) {
            commitAndUnlock(waiting.subList(0, 1));
            // Whoever came meanwhile did not get the lock and relies on this.
            if (!waiting.get(Patience.NONE.ordinal()).isEmpty()) {
                LockSupport.unpark(writer);
            }
        }
        return write.done;
    }

    private void write() {
        while (!closed || isWaitedFor()) {
            long nanos = nanosToNext();
            if (nanos > 0) {
                LockSupport.parkNanos(this, nanos);
                continue;
            }
            transaction.lock();
            commitAndUnlock(waiting);
        }
        transaction.lock();
        try {
            table.close();
        } finally {
            transaction.unlock();
        }
    }

    private boolean isWaitedFor() {
        return waiting.stream().anyMatch(queue -> !queue.isEmpty());
    }

    /** Sleeps while nothing waits. */
    private long nanosToNext() {
        dozing = true;
        while (!closed && !isWaitedFor()) {
            LockSupport.park(this);
        }
        dozing = false;
        if (closed) {
            return 0;
        }
        long next = Long.MAX_VALUE;
        long now = System.nanoTime();
        for (Queue<Write<?>> queue : waiting) {
            Write<?> first = queue.peek();
            if (first != null) {
                next = Math.min(next, first.due - now);
            }
        }
        return next;
    }

    private void commitAndUnlock(List<Queue<Write<?>>> queues) {
        try {
            List<Write<?>> group = new ArrayList<>();
            for (Queue<Write<?>> queue : queues) {
                while (group.size() < MAX_GROUP && !queue.isEmpty()) {
                    group.add(queue.poll());
                }
            }
            if (!group.isEmpty()) {
                commit(group);
            }
        } finally {
            transaction.unlock();
        }
    }

    private void commit(List<Write<?>> group) {
        try {
            for (Write<?> write : group) {
                write.apply(table);
            }
            table.commit();
        } catch (SQLException | RuntimeException e) {
            LOG.error("The journal cannot be written; {} requests fail", group.size(), e);
            table.rollback();
            group.forEach(write -> write.done.completeExceptionally(e));
            return;
        }
        group.forEach(Write::committed);
    }

    /** Writes what waits, then closes the table. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(writer);
        try {
            writer.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
