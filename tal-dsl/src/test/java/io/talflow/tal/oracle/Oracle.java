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
    private final List<Occurrence> occurrences = new ArrayList<>();
    private final List<View.Close> closes = new ArrayList<>();
    private final List<Long> eventTimes = new ArrayList<>();
    private final List<Switched> switched = new ArrayList<>();
    private final List<Fired> fired = new ArrayList<>();
    private final List<Known> rules = new ArrayList<>();
    private final Deque<Runnable> pending = new ArrayDeque<>();
    private final Set<String> outside = new HashSet<>();
    private final Placed placed = new Placed(this::raw);
    private final Calls calls;
    private final End end;
    private int raw;

    private Oracle(Flow flow, long startMicros) {
        this.flow = flow;
        this.start = Moment.ofOccurrence(startMicros, -1);
        this.calls = new Calls(flow, placed);
        this.end = new End(this, flow, placed);
        flow.rules().forEach(rule -> rules.add(new Known(rule, Optional.empty())));
    }

    /** A rule of the task, and how much of what it has decided has been carried out. */
    private static final class Known {
        private final Flow.Rule rule;
        /** After the event that added it; empty: it is in the file. */
        private final Optional<Moment> added;

        private int done;

        private Known(Flow.Rule rule, Optional<Moment> added) {
            this.rule = rule;
            this.added = added;
        }
    }

    /** What a rule did at a moment: a match that fired or was consumed is one, a window's end with {@code onTimeout} too. */
    private record Decision(Match match, Branch branch) {}

    /** @param by the rule whose action it was, so that rules after it in the source know it at the same moment; -1: a command */
    private record Switched(Moment at, int by, String rule, boolean on) {}

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
        oracle.eventTimes.add(startMicros);
        oracle.happens(Expr.Kind.STARTED, "", "", "start", OptionalLong.empty(), Optional.empty());
        oracle.deliver();
        for (RawEvent event : log) {
            oracle.raw++;
            oracle.eventTimes.add(Math.max(event.timeMillis() * 1000, oracle.now() + 1));
            oracle.settle();
            oracle.apply(event);
            oracle.deliver();
        }
        return oracle;
    }

    long now() {
        return eventTimes.get(eventTimes.size() - 1);
    }

    int raw() {
        return raw;
    }

    End end() {
        return end;
    }

    void tell(Fired one) {
        fired.add(one);
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
            case ENABLE, DISABLE -> {
                if (isKnown(event.name())) {
                    switched.add(new Switched(next(), -1, event.name(), event.type() == RawEvent.Type.ENABLE));
                }
            }
            case ADD ->
                flow.addable().stream()
                        .filter(rule -> rule.id().equals(event.name()))
                        .forEach(this::add);
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
        pending.add(() -> occurrences.add(new Occurrence(next(), raw, kind, name, subject, id, n, slice)));
    }

    void closes(String over, String id, int count, boolean failed) {
        pending.add(() -> closes.add(new View.Close(next(), raw, id, over, count, failed)));
    }

    /** One after the other what the log event brings, then what that causes (D7, D8). */
    private void deliver() {
        while (end.isRunning() && !pending.isEmpty()) {
            pending.remove().run();
            settle();
        }
    }

    /** D44: it sees events after this one. */
    private void add(Flow.Rule rule) {
        String id = rule.id();
        for (int again = 1; isKnown(id); again++) {
            id = rule.id() + "." + again;
        }
        rules.add(new Known(rule.named(id), Optional.of(Moment.ofOccurrence(now(), Integer.MAX_VALUE))));
    }

    private boolean isKnown(String id) {
        return rules.stream().anyMatch(known -> known.rule.id().equals(id));
    }

    private Moment next() {
        return Moment.ofOccurrence(now(), occurrences.size() + closes.size());
    }

    /** D21, for the failures that are drawn here: a rule on it alone, or a gather over its stream with {@code onFailed}. */
    boolean waitsForFailure(String node, Set<String> openStreams) {
        for (int index = 0; index < rules.size(); index++) {
            Flow.Rule rule = rules.get(index).rule;
            boolean deaf = !rule.each()
                    && fired.stream().anyMatch(firing -> firing.rule().equals(rule.id()));
            boolean caught = rule.when() instanceof Expr.Leaf leaf
                    && leaf.kind() == Expr.Kind.FAILED
                    && leaf.name().equals(node);
            boolean gathered =
                    rule.onFailed() && rule.when() instanceof Expr.Gather gather && openStreams.contains(gather.over());
            if (!deaf && sees(index, next()) && (caught || gathered)) {
                return true;
            }
        }
        return false;
    }

    /** Carries out all that follows from what is known, in its order. */
    private void settle() {
        while (!end.isOver()) {
            int first = -1;
            Decision next = null;
            for (int rule = 0; end.isRunning() && rule < rules.size(); rule++) {
                List<Decision> decisions = decisions(rule);
                if (rules.get(rule).done < decisions.size()) {
                    Decision candidate = decisions.get(rules.get(rule).done);
                    if (next == null || next.match.at().isAfter(candidate.match.at())) {
                        next = candidate;
                        first = rule;
                    }
                }
            }
            Optional<Invoked> retry = firstRetry();
            if (retry.isPresent()
                    && (next == null || next.match.at().isAfter(retry.get().retry(start)))) {
                retry.get().isTriedAgain();
            } else if (next == null) {
                return;
            } else {
                rules.get(first).done++;
                fire(first, next);
            }
        }
    }

    private Optional<Invoked> firstRetry() {
        return end.isRunning() ? calls.firstRetry(now()) : Calls.firstRetry(end.undoing().stream(), now());
    }

    private void fire(int index, Decision decision) {
        Flow.Rule rule = rules.get(index).rule;
        Match match = decision.match;
        int ordinal = (int)
                fired.stream().filter(firing -> firing.rule().equals(rule.id())).count();
        String at = match.at().isDeadline() ? "@" + match.at().micros() / 1000 : "#" + match.raw();
        fired.add(new Fired(rule.id(), ordinal, decision.branch, at, match.events()));
        if (decision.branch == Branch.DO) {
            calls.invoke(rule, rule.id() + "/" + ordinal, match.slice());
            rule.switches().forEach(what -> switched.add(new Switched(match.at(), index, what.rule(), what.on())));
            calls.openOf(rule.cancel()).forEach(open -> open.cancel(match.event(), this));
            rule.adds().ifPresent(this::add);
            if (rule.fails()) {
                end.as("FAILED", true);
            }
        }
    }

    /** All the decisions of a rule so far, from its arming on (D14, D15, D32, D36). */
    private List<Decision> decisions(int index) {
        Flow.Rule rule = rules.get(index).rule;
        Optional<Moment> armed = armed(index);
        List<Decision> decisions = new ArrayList<>();
        if (armed.isEmpty()) {
            return decisions;
        }
        Meaning meaning = new Meaning(
                new View(index, armed.get(), occurrences, closes, eventTimes, now(), at -> sees(index, at)), rule);
        // A rule that an earlier one enables sees the occurrence that did.
        Moment before = armed.get().isDeadline() || armed.get().equals(start)
                ? armed.get()
                : armed.get().justBefore();
        Life life = new Life(before, armed);
        while (true) {
            Found found = meaning.first(rule.when(), life);
            if (rule.onTimeout()) {
                found.ended().forEach(end -> decisions.add(new Decision(end, Branch.TIMEOUT)));
            }
            found.match()
                    .flatMap(match -> branch(rule, found, match))
                    .ifPresent(
                            branch -> decisions.add(new Decision(found.match().get(), branch)));
            boolean over = found.match().isEmpty();
            if (over || (!rule.each() && !decisions.isEmpty())) {
                return rule.each() || decisions.isEmpty() ? decisions : decisions.subList(0, 1);
            }
            life = Life.anew(found.match().get().at());
        }
    }

    private static Optional<Branch> branch(Flow.Rule rule, Found found, Match match) {
        if (found.failed()) {
            return Optional.of(Branch.FAILED);
        }
        boolean holds = rule.condition().isEmpty()
                || (match.n().isPresent()
                        && match.n().getAsLong() >= rule.condition().getAsInt());
        return holds ? Optional.of(Branch.DO) : rule.otherwise() ? Optional.of(Branch.ELSE) : Optional.empty();
    }

    private Optional<Moment> armed(int index) {
        Flow.Rule rule = rules.get(index).rule;
        return rule.enabled()
                ? rules.get(index).added.or(() -> Optional.of(start))
                : switched.stream()
                        .filter(change -> change.rule.equals(rule.id()) && change.on)
                        .map(Switched::at)
                        .findFirst();
    }

    /** D40: of a switch by a rule before it, a rule knows at the same moment. */
    private boolean sees(int index, Moment at) {
        Flow.Rule rule = rules.get(index).rule;
        boolean on = rule.enabled();
        for (Switched change : switched) {
            boolean before = at.isAfter(change.at) || (at.equals(change.at) && change.by < index);
            if (before && change.rule.equals(rule.id())) {
                on = change.on;
            }
        }
        return on;
    }
}
