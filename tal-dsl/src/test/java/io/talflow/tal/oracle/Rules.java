package io.talflow.tal.oracle;

import io.talflow.tal.oracle.Fired.Branch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rules of a task: when each is armed, and all that each has decided so far. */
final class Rules {
    private final Moment start;
    private final Past past;
    private final List<Known> rules = new ArrayList<>();
    private final List<Switched> switched = new ArrayList<>();

    Rules(List<Flow.Rule> ofFile, Moment start, Past past) {
        this.start = start;
        this.past = past;
        ofFile.forEach(rule -> rules.add(new Known(rule, Optional.empty())));
    }

    /** A rule of the task, and how much of what it has decided has been carried out. */
    private static final class Known {
        private final Flow.Rule rule;
        /** After the event that added it; empty: it is in the file. */
        private Optional<Moment> added;

        private int done;
        private boolean fired;

        private Known(Flow.Rule rule, Optional<Moment> added) {
            this.rule = rule;
            this.added = added;
        }
    }

    /** What a rule did at a moment: a match that fired or was consumed is one, a window's end with {@code onTimeout} too. */
    record Decision(int index, Match match, Branch branch) {}

    /** @param by the rule whose action it was, so that rules after it in the source know it at the same moment; -1: a command */
    private record Switched(Moment at, int by, String rule, boolean on) {}

    /** D40: an operator's command; one about a rule that is none is ignored. */
    void command(String rule, boolean on) {
        if (isKnown(rule)) {
            switched.add(new Switched(past.next(), -1, rule, on));
        }
    }

    /** What the actions of a decision switch. */
    void switches(Decision decision) {
        Known known = rules.get(decision.index);
        known.rule
                .switches()
                .forEach(what ->
                        switched.add(new Switched(decision.match.at(), decision.index, what.rule(), what.on())));
    }

    /** D44: it sees events after this one. */
    void add(Flow.Rule rule) {
        String id = rule.id();
        for (int again = 1; isKnown(id); again++) {
            id = rule.id() + "." + again;
        }
        rules.add(new Known(rule.named(id), Optional.of(Moment.ofOccurrence(past.moment(), Integer.MAX_VALUE))));
    }

    /** An event comes after what a deadline of the same time has added. */
    void addedBefore(Moment event) {
        rules.forEach(known -> known.added = known.added.map(at -> at.isAfter(event) ? event : at));
    }

    private boolean isKnown(String id) {
        return rules.stream().anyMatch(known -> known.rule.id().equals(id));
    }

    /** D22: whether an armed rule has a leaf for an event, be it filled or not. */
    boolean awaitEvents() {
        for (int index = 0; index < rules.size(); index++) {
            Known known = rules.get(index);
            boolean deaf = !known.rule.each() && known.fired;
            if (!deaf && sees(index, past.next()) && awaitsEvent(known.rule.when())) {
                return true;
            }
        }
        return false;
    }

    private static boolean awaitsEvent(Expr node) {
        return (node instanceof Expr.Leaf leaf && leaf.kind() == Expr.Kind.EVENT)
                || node.children().stream().anyMatch(Rules::awaitsEvent);
    }

    /** The earliest decision that has not been carried out; null if there is none. */
    Decision next() {
        Decision next = null;
        for (int index = 0; index < rules.size(); index++) {
            List<Decision> decisions = decisions(index, past.occurrences(), Taking.nothing());
            if (rules.get(index).done < decisions.size()) {
                Decision candidate = decisions.get(rules.get(index).done);
                next = next == null || next.match.at().isAfter(candidate.match.at()) ? candidate : next;
            }
        }
        return next;
    }

    Flow.Rule carriesOut(Decision decision) {
        Known known = rules.get(decision.index);
        known.done++;
        known.fired = true;
        return known.rule;
    }

    /** D21: whether a rule takes the failure, or has something to do when one of its streams fails. */
    boolean waitFor(Occurrence failure, Set<String> openStreams) {
        List<Occurrence> seen = new ArrayList<>(past.occurrences());
        seen.add(failure);
        for (int index = 0; index < rules.size(); index++) {
            Flow.Rule rule = rules.get(index).rule;
            Taking taking = Taking.of(failure.at());
            decisions(index, seen, taking);
            boolean deaf = !rule.each() && rules.get(index).fired;
            boolean gathered =
                    rule.onFailed() && rule.when() instanceof Expr.Gather gather && openStreams.contains(gather.over());
            if (!deaf && (taking.isTaken() || (gathered && sees(index, failure.at())))) {
                return true;
            }
        }
        return false;
    }

    /** All the decisions of a rule so far, from its arming on (D14, D15, D32, D36). */
    private List<Decision> decisions(int index, List<Occurrence> seen, Taking taking) {
        Flow.Rule rule = rules.get(index).rule;
        Optional<Moment> armed = armed(index);
        List<Decision> decisions = new ArrayList<>();
        if (armed.isEmpty()) {
            return decisions;
        }
        Meaning meaning = new Meaning(
                new View(
                        index,
                        armed.get(),
                        seen,
                        past.closes(),
                        past.eventTimes(),
                        past.now(),
                        at -> sees(index, at),
                        taking),
                rule);
        // A rule that an earlier one enables sees the occurrence that did.
        Moment before = armed.get().isDeadline() || armed.get().equals(start)
                ? armed.get()
                : armed.get().justBefore();
        Life life = new Life(before, armed);
        while (true) {
            taking.again();
            Found found = meaning.first(rule.when(), life);
            if (found.match().filter(match -> taking.by(match.at())).isPresent()) {
                return decisions; // nothing comes after it
            }
            if (rule.onTimeout()) {
                found.ended().forEach(end -> decisions.add(new Decision(index, end, Branch.TIMEOUT)));
            }
            found.match()
                    .flatMap(match -> branch(rule, found, match))
                    .ifPresent(branch ->
                            decisions.add(new Decision(index, found.match().get(), branch)));
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
