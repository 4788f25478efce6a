package io.talflow.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What Ctrl-C does to a running command: cancels its task, waits until the task is cancelled, stops the command's stack,
 * then the JVM exits with 130. Closing the stack is done here in every case, so that it is done once.
 */
final class Interrupt {
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 50;

    private final Session session;
    private final PrintWriter err;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupted, "interrupt");
    private volatile String task;
    private volatile boolean interrupted;

    private Interrupt(Session session, PrintWriter err) {
        this.session = session;
        this.err = err;
    }

    static Interrupt of(Session session, PrintWriter err) {
        Interrupt interrupt = new Interrupt(session, err);
        Runtime.getRuntime().addShutdownHook(interrupt.hook);
        return interrupt;
    }

    /** @param task to cancel; null: none any more */
    void cancels(String task) {
        this.task = task;
    }

    /** Whether Ctrl-C came; what the command still prints would be of no use. */
    boolean happened() {
        return interrupted;
    }

    /** The command has ended by itself. */
    void end() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            await();
            return;
        }
        session.close();
    }

    private void interrupted() {
        interrupted = true;
        try {
            String running = task;
            if (running != null) {
                session.api().cancel(running);
                awaitCancelled(running);
            }
        } catch (CommandFailed e) {
            err.println(e.getMessage());
        } finally {
            session.close();
            err.flush();
            closed.countDown();
        }
    }

    private void awaitCancelled(String running) {
        long end = System.nanoTime() + CANCEL_PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Object status = session.api()
                    .statusIfKnown(running)
                    .map(state -> state.get("status"))
                    .orElse("");
            if (RunCommand.ENDED.contains(String.valueOf(status))) {
                err.println(System.lineSeparator() + "cancelled " + running);
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
        err.println(System.lineSeparator() + "cancelling " + running + "; it is cancelled when the job reads it");
    }

    private void await() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
