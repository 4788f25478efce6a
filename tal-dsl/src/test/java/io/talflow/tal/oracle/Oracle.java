package io.talflow.tal.oracle;

import io.talflow.tal.oracle.Fired.Branch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * From the raw log of a task to its firings, as docs/semantics.md says it. Everything is computed anew from the whole past
 * at each step: slow, and without any state that could be wrong.
 */
final class Oracle {
    private final Flow flow;
    private final Moment start;
    private final Past past;
    private final Rules rules;
    private final List<Fired> fired = new ArrayList<>();
    private final Deque<Runnable> pending = new ArrayDeque<>();
    private final Set<String> outside = new HashSet<>();
    private final Placed placed;
    private final Calls calls;
    private final End end;

    private Oracle(Flow flow, long startMicros) {
        this.flow = flow;
        this.start = Moment.ofOccurrence(startMicros, -1);
        this.past = new Past(startMicros);
        this.rules = new Rules(flow.rules(), start, past);
        this.placed = new Placed(past::raw);
        this.calls = new Calls(flow, placed);
        this.end = new End(this, flow, placed);
    }

    /**
     * The task's firings.
     *
     * @param log what comes after the start, which is raw event 0, at time 0
     */
    static List<Fired> firings(Flow flow, List<RawEvent> log) {
        return firings(flow, 0, log);
    }

    /** @param startMicros when the start counts, in microseconds since the time of which the log's times are told */
    static List<Fired> firings(Flow flow, long startMicros, List<RawEvent> log) {
        return run(flow, startMicros, log).fired;
    }

    /** All calls that the task makes, in order. */
    static List<Fired> calls(Flow flow, List<RawEvent> log) {
        return run(flow, 0, log).placed.calls();
    }

    private static Oracle run(Flow flow, long startMicros, List<RawEvent> log) {
        Oracle oracle = new Oracle(flow, startMicros);
        oracle.happens(Expr.Kind.STARTED, "", "", "start", OptionalLong.empty(), Optional.empty());
        oracle.settle();
        oracle.stall();
        for (RawEvent event : log) {
            oracle.past.isAbout(event);
            oracle.settle();
            oracle.past.happensAt(oracle.now());
            oracle.rules.addedBefore(oracle.past.next());
            oracle.apply(event);
            oracle.settle();
            oracle.stall();
        }
        return oracle;
    }

    long now() {
        return past.now();
    }

    int raw() {
        return past.raw();
    }

    End end() {
        return end;
    }

    void tell(Fired one) {
        fired.add(one);
    }

    /** D22, where nothing waits for time. */
    private void stall() {
        if (flow.stalls() && end.isRunning() && !calls.isAnyOpen() && !rules.awaitEvents()) {
            end.as("FAILED", false);
        }
    }

    private void apply(RawEvent event) {
        if (event.type() == RawEvent.Type.PLACED) {
            placed.on(event.subject());
        }
        if (!end.isRunning()) {
            if (!end.isOver()) {
                end.says(event);
            }
            return;
        }
        switch (event.type()) {
            case OUTSIDE -> {
                if (outside.add(event.source() + " " + event.id())) {
                    OptionalLong n = OptionalLong.of(event.n());
                    happens(Expr.Kind.EVENT, event.name(), event.subject(), event.id(), n, Optional.empty());
                }
            }
            case UNKNOWN, POKE, PLACED -> {}
            case CANCEL -> end.as("CANCELLED", event.n() > 0);
            case ENABLE, DISABLE -> rules.command(event.name(), event.type() == RawEvent.Type.ENABLE);
            case ADD ->
                flow.addable().stream()
                        .filter(rule -> rule.id().equals(event.name()))
                        .forEach(rules::add);
            case READY, ITEM, CLOSE, COMPLETED, FAILED, LOST -> {
                Optional<Invoked> open = calls.open(event.firing());
                if (open.isPresent() && !open.get().says(event, this)) {
                    end.as("FAILED", false);
                }
            }
        }
    }

    void happens(
            Expr.Kind kind, String name, String subject, String id, OptionalLong n, Optional<Occurrence.Slice> slice) {
        pending.add(() -> past.add(new Occurrence(past.next(), past.told(), kind, name, subject, id, n, slice)));
    }

    void closes(String over, String id, int count, boolean failed) {
        pending.add(() -> past.add(new View.Close(past.next(), past.told(), id, over, count, failed)));
    }

    /** A failure that no rule waits for, once what it brings has been delivered (D21). */
    void failsThen() {
        pending.add(() -> end.as("FAILED", false));
    }

    /** D21. */
    boolean waitsForFailure(Occurrence failure, Set<String> openStreams) {
        return rules.waitFor(failure, openStreams);
    }

    /** A failure that is yet to happen. */
    Occurrence failure(String node, RawEvent event, Optional<Occurrence.Slice> slice) {
        boolean lost = event.type() == RawEvent.Type.LOST;
        OptionalLong told = lost ? OptionalLong.empty() : OptionalLong.of(event.n());
        return new Occurrence(past.next(), past.raw(), Expr.Kind.FAILED, node, "", event.id(), told, slice);
    }

    /**
     * Carries out all that follows from what is known, in its order; then, one after the other, what the log event or a deadline
     * brings, and what that causes (D7, D8, D26).
     */
    private void settle() {
        while (!end.isOver()) {
            Rules.Decision next = end.isRunning() ? rules.next() : null;
            Optional<Invoked> retry = firstRetry();
            boolean retried = retry.isPresent()
                    && (next == null || next.match().at().isAfter(retry.get().retry(start)));
            long at = retried
                    ? retry.get().retry(start).micros()
                    : next == null ? Long.MAX_VALUE : next.match().at().micros();
            long deadline =
                    flow.deadline() > 0 && end.isRunning() ? start.micros() + 1000 * flow.deadline() : Long.MAX_VALUE;
            if (end.isRunning() && !pending.isEmpty() && Math.min(at, deadline) > past.moment()) {
                pending.remove().run();
            } else if (deadline <= now() && deadline <= at) {
                end.as("FAILED", false);
            } else if (retried) {
                past.happensAt(at);
                retry.get().isTriedAgain();
            } else if (next == null) {
                return;
            } else {
                past.happensAt(at);
                fire(next);
            }
        }
    }

    private Optional<Invoked> firstRetry() {
        return end.isRunning() ? calls.firstRetry(now()) : Calls.firstRetry(end.undoing().stream(), now());
    }

    private void fire(Rules.Decision decision) {
        Flow.Rule rule = rules.carriesOut(decision);
        Match match = decision.match();
        int ordinal = (int)
                fired.stream().filter(firing -> firing.rule().equals(rule.id())).count();
        String at = match.at().isDeadline() ? "@" + match.at().micros() / 1000 : "#" + past.raw();
        fired.add(new Fired(rule.id(), ordinal, decision.branch(), at, match.events()));
        if (decision.branch() == Branch.DO) {
            calls.invoke(rule, rule.id() + "/" + ordinal, match.slice());
            rules.switches(decision);
            calls.openOf(rule.cancel()).forEach(open -> open.cancel(match.event(), this));
            if (!rule.skip().isEmpty()) {
                happens(Expr.Kind.SETTLED, rule.skip(), "", match.event(), OptionalLong.empty(), match.slice());
            }
            rule.adds().ifPresent(rules::add);
            switch (rule.ends()) {
                case NOT_AT_ALL -> {}
                case COMPLETED -> end.as("COMPLETED", false);
                case FAILED -> end.as("FAILED", false);
                case UNDONE -> end.as("FAILED", true);
            }
        }
    }
}
