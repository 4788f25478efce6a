package io.talflow.gateway.invoke;

import io.talflow.gateway.event.OutcomeEvents;
import io.talflow.gateway.journal.Journal;
import io.talflow.gateway.log.EventLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a node's work without leaving any undone: it takes nothing new, what runs may end for a while, and what has not ended
 * then is stopped and handed back, by an event of its task, for another node to do.
 */
public final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** For Kafka to take the last words. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    private final Invoker invoker;
    private final Journal journal;
    private final EventLog log;
    private final OutcomeEvents events;
    private final Supplier<List<String>> others;

    /** @param others ids of the nodes that could take over, at the moment */
    public Drain(Invoker invoker, Journal journal, EventLog log, OutcomeEvents events, Supplier<List<String>> others) {
        this.invoker = invoker;
        this.journal = journal;
        this.log = log;
        this.events = events;
        this.others = others;
    }

    /**
     * Blocks until nothing is left to do.
     *
     * @param patience how long what runs may go on
     * @return false: something is left in the journal, since nobody could take over or Kafka did not answer
     */
    public boolean run(Duration patience) {
        invoker.refuseNew();
        boolean idle = until(patience, () -> invoker.inFlight() == 0);
        if (!idle) {
            List<Run> left = invoker.running();
            LOG.info("{} functions still run after {}; they are handed back", left.size(), patience);
            List<String> nodes = others.get();
            if (nodes.isEmpty()) {
                return false;
            }
            left.forEach(run -> handBack(run, nodes));
        }
        return until(
                LAST_WORDS,
                () -> journal.unfinished().join().isEmpty()
                        && journal.unpublished().join().isEmpty());
    }

    /** Its last signals first, then the loss; and once that is in the log, nothing of it is to run here any more. */
    private void handBack(Run run, List<String> nodes) {
        if (!invoker.claim(run)) {
            return; // it has just ended
        }
        run.withdraw();
        CompletableFuture<?> unused = run.end()
                .thenCompose(said -> log.append(events.handedBack(run.firing(), nodes)))
                .thenCompose(written -> journal.withdraw(List.of(run.firing().key()), () -> {}))
                .whenComplete((done, error) -> {
                    if (error != null) {
                        LOG.warn("{} is not handed back: {}", run.firing().key(), error.toString());
                    }
                });
    }

    private static boolean until(Duration patience, BooleanSupplier condition) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }
}
