package io.talflow.flink.dispatch;

import io.talflow.flink.wire.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What goes to one node: what waits, and the calls that are under way. */
final class Lane {
    static final int MAX_CALLS = 4;
    private static final int MAX_BATCH = 256;
    private static final int MAX_BATCH_BYTES = 1 << 20;
    private static final long FIRST_DELAY_MILLIS = 50;
    private static final long MAX_DELAY_MILLIS = 5_000;

    private final String node;
    private final Deque<Request> unsent = new ArrayDeque<>();
    private final Set<List<Request>> underWay = Collections.newSetFromMap(new IdentityHashMap<>());
    private int failures;
    /** Identity of the journal that has what was accepted; empty: not known. */
    String instance = "";
    /** Waits before it tries again. */
    boolean pausing;
    /** Speaks, but takes no calls: it is only asked to stop what may have come through. */
    boolean unreachable;
    /** Beats since a call was taken, while calls fail. */
    int failedBeats;
    /** Given up: nothing is sent, what it had is another's. */
    boolean lost;
    /** Beats since it was given up; before that, of a node never heard of, those in which others were heard. */
    int beats;

    Lane(String node) {
        this.node = node;
    }

    /** Empty: the gateway the job was started with. */
    String node() {
        return node;
    }

    void add(Request request) {
        unsent.add(request);
    }

    /** Requests that are not accepted and may yet be. */
    int pending() {
        if (lost) {
            return 0;
        }
        if (unreachable) { // what it is to be asked for at some time holds nobody up
            int[] runs = {0};
            forEach(request -> runs[0] += request.withdraw() ? 0 : 1);
            return runs[0];
        }
        int count = unsent.size();
        for (List<Request> batch : underWay) {
            count += batch.size();
        }
        return count;
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    void forEach(Consumer<Request> action) {
        underWay.forEach(batch -> batch.forEach(action));
        unsent.forEach(action);
    }

    /** One call at a time gathers best; more only while there is a full batch to fill them. */
    boolean maySend() {
        return !unsent.isEmpty() && !pausing && !lost && underWay.size() < (unsent.size() >= MAX_BATCH ? MAX_CALLS : 1);
    }

    /** What the next call takes; it is under way from now on. */
    List<Request> nextCall() {
        List<Request> batch = new ArrayList<>();
        int bytes = 0;
        while (!unsent.isEmpty() && batch.size() < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
            Request request = unsent.poll();
            batch.add(request);
            bytes += request.input().length;
        }
        underWay.add(batch);
        return batch;
    }

    void accepted(List<Request> batch) {
        underWay.remove(batch);
        failures = 0;
        failedBeats = 0;
    }

    /** A second is over. @return whether calls have failed for so many */
    boolean isFailingFor(int seconds) {
        failedBeats = failures == 0 ? 0 : failedBeats + 1;
        return failedBeats >= seconds;
    }

    /** Takes out what waits to be run. */
    List<Request> takeRuns() {
        List<Request> runs =
                unsent.stream().filter(request -> !request.withdraw()).toList();
        unsent.removeAll(runs);
        return runs;
    }

    /** The call has failed: the same again, before anything else; of a lost node what stops its functions only. */
    void failed(List<Request> batch) {
        underWay.remove(batch);
        for (int at = batch.size() - 1; at >= 0; at--) {
            if (!lost || batch.get(at).withdraw()) {
                unsent.addFirst(batch.get(at));
            }
        }
    }

    /** How long to wait after a failure, in milliseconds: longer from one to the next. */
    long delay() {
        return Math.min(MAX_DELAY_MILLIS, FIRST_DELAY_MILLIS << Math.min(failures++, 10));
    }

    /** Whether this failure is worth a line in the log. */
    boolean isToldOf() {
        return failures % 20 == 0;
    }

    /** Forgets what was to run; what is to be stopped stays, for when the node comes back. */
    void lose() {
        beats = lost ? beats : 0;
        lost = true;
        unsent.removeIf(request -> !request.withdraw());
    }

    /** The node is back, or another of its name. */
    void found() {
        lost = false;
        failures = 0;
        failedBeats = 0;
        beats = 0;
    }

    void clear() {
        unsent.clear();
    }

    boolean isEmpty() {
        return unsent.isEmpty() && underWay.isEmpty();
    }

    /** Takes over what waits in another. */
    void take(Lane other) {
        unsent.addAll(other.unsent);
        other.unsent.clear();
    }
}
