package io.talflow.tal.oracle;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The invocations of a task, and what of them waits for time. */
final class Calls {
    private final Flow flow;
    private final Map<String, Invoked> all = new LinkedHashMap<>();
    private final Map<String, Bound> bounds = new HashMap<>();
    private final Placed placed;

    Calls(Flow flow, Placed placed) {
        this.flow = flow;
        this.placed = placed;
    }

    /** A firing's; nothing if its rule invokes none. */
    void invoke(Flow.Rule rule, String firing, Optional<Occurrence.Slice> slice) {
        Bound bound = bounds.computeIfAbsent(rule.id(), id -> new Bound(rule.most()));
        flow.functions().stream()
                .filter(function -> function.name().equals(rule.invoke()))
                .forEach(function -> all.put(firing, new Invoked(function, firing, slice, bound, placed)));
    }

    /** Empty: it never was, or has ended. */
    Optional<Invoked> open(String firing) {
        return Optional.ofNullable(all.get(firing)).filter(Invoked::isOpen);
    }

    boolean isAnyOpen() {
        return all.values().stream().anyMatch(Invoked::isOpen);
    }

    /** In the order in which a cancel ends them (D43): first what waits, then what runs. */
    List<Invoked> openOf(String node) {
        return all.values().stream()
                .filter(call -> call.isOpen() && call.isOf(node))
                .sorted(Comparator.comparing(Invoked::isRunning))
                .toList();
    }

    /** Of the retries that are due the first; of one time the one that waits longest. */
    Optional<Invoked> firstRetry(long nowMicros) {
        return firstRetry(all.values().stream(), nowMicros);
    }

    static Optional<Invoked> firstRetry(Stream<Invoked> calls, long nowMicros) {
        return calls.filter(call -> call.triedAgainAt().orElse(Long.MAX_VALUE) <= nowMicros)
                .min(Comparator.<Invoked>comparingLong(
                                call -> call.triedAgainAt().getAsLong())
                        .thenComparingLong(Invoked::waitsSince));
    }
}
