package io.talflow.flink.dispatch;

import io.talflow.flink.wire.Request;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;

/**
 * Calls under way and their answers, brought to the operator's thread. That a call was taken whole is seen to with the next
 * event, since to wake the thread for it costs a good part of a hop; at once where something waits for it.
 */
final class GatewayCalls {
    private final Post post;
    private final MailboxExecutor mailbox;
    private final Port port;
    private final Queue<Taken> taken = new ConcurrentLinkedQueue<>();
    /** Whether something waits for a call to be taken. */
    private volatile boolean waiting;

    /** Makes a call, as {@link GatewayClient#post} does. */
    interface Post {
        CompletableFuture<SimpleHttpResponse> post(String url, byte[] body);
    }

    /** What the dispatcher does with an answer. */
    interface Port {
        void taken(Lane lane, List<Request> batch);

        /** Either the answer or the failure is null. */
        void answered(Lane lane, List<Request> batch, SimpleHttpResponse response, Throwable failure);
    }

    private record Taken(Lane lane, List<Request> batch) {}

    GatewayCalls(Post post, MailboxExecutor mailbox, Port port) {
        this.post = post;
        this.mailbox = mailbox;
        this.port = port;
    }

    void call(Lane lane, String url, List<Request> batch) {
        CompletableFuture<?> unused = post.post(url, Batch.body(batch)).whenComplete((response, failure) -> {
            if (failure == null && isTaken(response)) {
                taken.add(new Taken(lane, batch));
                if (waiting) {
                    mailbox.execute(this::settle, "taken firings");
                }
            } else {
                mailbox.execute(
                        () -> port.answered(lane, batch, response, failure),
                        "answer of the gateway to %s firings",
                        batch.size());
            }
        });
    }

    private static boolean isTaken(SimpleHttpResponse response) {
        byte[] body = response.getBodyBytes();
        return response.getCode() == 202 && (body == null || body.length == 0);
    }

    /** Sees to the calls that were taken. */
    void settle() {
        for (Taken call = taken.poll(); call != null; call = taken.poll()) {
            port.taken(call.lane, call.batch);
        }
    }

    /**
     * Sees to the calls that were taken, also to those that will be while something waits. First it is said that something
     * does, then looked: a call that is taken meanwhile is seen here or wakes this thread.
     */
    void settle(boolean somethingWaits) {
        waiting = somethingWaits;
        settle();
    }
}
