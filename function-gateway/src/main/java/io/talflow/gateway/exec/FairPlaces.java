package io.talflow.gateway.exec;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Which calls may run at once, by max-min fairness between functions with a guaranteed minimum of one place each.
 *
 * <ul>
 *   <li>A call gets a place while fewer than the bound are held and its function holds fewer than its most.
 *   <li>The first call of a function that holds none gets one beyond the bound, too, until twice the bound are held. So a
 *       function that hangs in all places keeps no other from running, and still the places are bound.
 *   <li>A place that comes free goes to the function that holds fewest, of those to the one that got or left one longest ago.
 * </ul>
 *
 * <p>Calls of one function begin in their order. Costs O(functions that hold or wait) for a place that comes free. Not safe
 * for threads: its owner guards it.
 *
 * @param <J> a call that waits
 * @see <a href="https://en.wikipedia.org/wiki/Max-min_fairness">Max-min fairness</a>
 */
final class FairPlaces<J> {
    private record Waiting<J>(J job, long sinceNanos) {}

    /** What a function holds and has waiting. */
    private static final class Share<J> {
        private final Deque<Waiting<J>> waiting = new ArrayDeque<>();
        private int held;
        /** When it held a place last, or came. */
        private long heldAtNanos;

        Share(long nowNanos) {
            heldAtNanos = nowNanos;
        }

        boolean isNeedierThan(Share<J> other) {
            return held != other.held ? held < other.held : heldAtNanos - other.heldAtNanos < 0;
        }

        /** Whether it has gone without for so long that one who could go on in the place gives it up. */
        boolean isStarved(Share<J> giving, long nowNanos, long patienceNanos) {
            return nowNanos - waiting.element().sinceNanos() >= patienceNanos
                    && (held < giving.held || nowNanos - heldAtNanos >= patienceNanos);
        }
    }

    private final int bound;
    private final int most;
    private final LongSupplier nanos;
    private final Map<FunctionKey, Share<J>> shares = new LinkedHashMap<>();
    private int held;

    /**
     * @param bound on places, of all functions together
     * @param most of them that one function may hold
     * @param nanos a clock as {@link System#nanoTime}
     */
    FairPlaces(int bound, int most, LongSupplier nanos) {
        this.bound = bound;
        this.most = most;
        this.nanos = nanos;
    }

    /** @return false: there is none for it, so it waits until {@link #leave} names it */
    boolean enter(FunctionKey function, J job) {
        long now = nanos.getAsLong();
        Share<J> share = of(function, now);
        if (mayHold(share)) {
            take(share, now);
            return true;
        }
        share.waiting.add(new Waiting<>(job, now));
        return false;
    }

    /** Takes a place that there is always, whatever the bounds. */
    void enterBeyond(FunctionKey function) {
        long now = nanos.getAsLong();
        take(of(function, now), now);
    }

    /**
     * A call has ended.
     *
     * @param patience what another function has to wait for before this one, if it has calls that wait, gives the place up
     * @return the call that has the place now
     */
    Optional<J> leave(FunctionKey function, Duration patience) {
        long now = nanos.getAsLong();
        Share<J> leaving = of(function, now);
        leaving.held--;
        leaving.heldAtNanos = now;
        held--;
        Share<J> next = neediest(leaving, now, patience.toNanos());
        forgetIfEmpty(function, leaving);
        if (next == null) {
            return Optional.empty();
        }
        take(next, now);
        return Optional.of(next.waiting.remove().job());
    }

    /** It waits no more. @return false: it did not */
    boolean remove(FunctionKey function, J job) {
        Share<J> share = shares.get(function);
        if (share == null || !share.waiting.removeIf(one -> one.job() == job)) {
            return false;
        }
        forgetIfEmpty(function, share);
        return true;
    }

    /** Nobody waits any more. */
    void clear() {
        shares.values().forEach(share -> share.waiting.clear());
    }

    private Share<J> neediest(Share<J> leaving, long now, long patience) {
        boolean couldGoOn = !leaving.waiting.isEmpty() && mayHold(leaving);
        Share<J> neediest = couldGoOn ? leaving : null;
        for (Share<J> other : shares.values()) {
            if (other == leaving || other.waiting.isEmpty() || !mayHold(other)) {
                continue;
            }
            if ((!couldGoOn || other.isStarved(leaving, now, patience))
                    && (neediest == null || other.isNeedierThan(neediest))) {
                neediest = other;
            }
        }
        return neediest;
    }

    private boolean mayHold(Share<J> share) {
        return share.held < most && (held < bound || (share.held == 0 && held < 2 * bound));
    }

    private void take(Share<J> share, long now) {
        share.held++;
        share.heldAtNanos = now;
        held++;
    }

    private Share<J> of(FunctionKey function, long now) {
        return shares.computeIfAbsent(function, absent -> new Share<>(now));
    }

    private void forgetIfEmpty(FunctionKey function, Share<J> share) {
        if (share.held == 0 && share.waiting.isEmpty()) {
            shares.remove(function);
        }
    }
}
