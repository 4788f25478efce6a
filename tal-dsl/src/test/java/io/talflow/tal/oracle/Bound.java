package io.talflow.tal.oracle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** How many of a rule's invocations may be with a node at a time, and which wait for that (D48). */
final class Bound {
    private final int most;
    private final Set<Invoked> withNodes = new HashSet<>();
    private final Deque<Invoked> waiting = new ArrayDeque<>();

    /** @param most 0: any number */
    Bound(int most) {
        this.most = most == 0 ? Integer.MAX_VALUE : most;
    }

    /** @return whether it goes to a node now; else it waits, if it is a retry before all others */
    boolean takes(Invoked call, boolean retry) {
        if (withNodes.size() < most) {
            return withNodes.add(call);
        }
        if (retry) {
            waiting.addFirst(call);
        } else {
            waiting.addLast(call);
        }
        return false;
    }

    /** It is with no node any more, and does not wait for one. */
    void leaves(Invoked call) {
        waiting.remove(call);
        if (withNodes.remove(call) && !waiting.isEmpty()) {
            Invoked next = waiting.removeFirst();
            withNodes.add(next);
            next.runs();
        }
    }
}
