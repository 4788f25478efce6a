package io.talflow.gateway.event;

import io.talflow.gateway.DaemonThreads;
import io.talflow.gateway.journal.Journal;
import io.talflow.gateway.journal.Recorded;
import io.talflow.gateway.log.EventLog;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends outcomes to the log until Kafka has them, each once or more with the same id. */
public final class OutcomePublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomePublisher.class);
    private static final long RETRY_MILLIS = 500;

    private final EventLog log;
    private final Journal journal;
    private final OutcomeEvents events;
    private final BlockingQueue<Recorded> waiting = new LinkedBlockingQueue<>();
    private final ScheduledExecutorService later =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreads("publisher-retry"));
    private final Thread sender = new DaemonThreads("publisher").newThread(this::send);
    /** Whether the last thing Kafka said was a yes: sending does not block then. */
    private volatile boolean flowing;

    public OutcomePublisher(EventLog log, Journal journal, OutcomeEvents events) {
        this.log = log;
        this.journal = journal;
        this.events = events;
    }

    public void start() {
        sender.start();
    }

    /** Returns at once; the journal is told when Kafka has acknowledged it. */
    public void publish(Recorded recorded) {
        if (flowing) {
            send(recorded);
        } else {
            waiting.add(recorded);
        }
    }

    private void send() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                send(waiting.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(Recorded recorded) {
        CompletableFuture<?> unused =
                log.append(events.of(recorded)).whenComplete((metadata, error) -> told(recorded, error));
    }

    private void told(Recorded recorded, Throwable error) {
        flowing = error == null;
        if (error == null) {
            CompletableFuture<?> unused = journal.published(recorded.key());
        } else {
            LOG.warn("Outcome {} is not in the log yet: {}", recorded.key(), error.toString());
            again(recorded);
        }
    }

    private void again(Recorded recorded) {
        try {
            Future<?> unused = later.schedule(() -> waiting.add(recorded), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.info("Outcome {} will be told after the next start", recorded.key());
        }
    }

    @Override
    public void close() {
        sender.interrupt();
        later.shutdownNow();
    }
}
