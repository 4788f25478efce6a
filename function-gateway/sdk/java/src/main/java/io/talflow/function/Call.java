package io.talflow.function;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;

/** A call of the handler, from its begin to its answer; it may be cancelled at any time. */
final class Call {
    private final Context context;
    private final Request request;
    private final Replies replies;
    private final CountDownLatch answered = new CountDownLatch(1);
    private boolean cancelled;
    private Thread thread;

    Call(Context context, Request request, Replies replies) {
        this.context = context;
        this.request = request;
        this.replies = replies;
    }

    /** Runs the handler on this thread and writes the answer. */
    void run(OutputStream out, Runnable told) {
        begin();
        Reply reply;
        try {
            reply = replies.of(context, request);
        } finally {
            end();
        }
        try {
            reply.write(out);
        } catch (IOException e) {
            // the caller is gone
        } finally {
            told.run();
            answered.countDown();
        }
    }

    private synchronized void begin() {
        thread = Thread.currentThread();
        if (cancelled) {
            thread.interrupt();
        }
    }

    private synchronized void end() {
        thread = null;
        boolean unused = Thread.interrupted(); // what was meant for the handler does not concern what comes after it
    }

    /** Tells the handler that nobody waits any more, and interrupts it. */
    synchronized void cancel() {
        cancelled = true;
        context.cancel();
        if (thread != null) {
            thread.interrupt();
        }
    }

    void awaitAnswer() throws InterruptedException {
        answered.await();
    }
}
