package io.talflow.cli;

import java.util.concurrent.CountDownLatch;

/**
 * What Ctrl-C does to a running command: cancels its task and stops its stack, then the JVM exits with 130. Closing
 * the stack is done here in every case, so that it is done once.
 */
final class Interrupt {
    private final Session session;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupted, "interrupt");
    private volatile String task;

    private Interrupt(Session session) {
        this.session = session;
    }

    static Interrupt of(Session session) {
        Interrupt interrupt = new Interrupt(session);
        Runtime.getRuntime().addShutdownHook(interrupt.hook);
        return interrupt;
    }

    /** @param task to cancel; null: none any more */
    void cancels(String task) {
        this.task = task;
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
        try {
            String running = task;
            if (running != null) {
                session.api().cancel(running);
                System.err.println(System.lineSeparator() + "cancelled " + running);
            }
        } catch (CommandFailed e) {
            System.err.println(e.getMessage());
        } finally {
            session.close();
            closed.countDown();
        }
    }

    private void await() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
