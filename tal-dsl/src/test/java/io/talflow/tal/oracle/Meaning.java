package io.talflow.tal.oracle;

import io.talflow.tal.oracle.Filling.Arrival;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an expression means: for a node that starts anew at a moment, its first happening after it. Since happening forgets
 * (section 4), all that a node ever does is the repetition of this.
 */
final class Meaning {
    private final View view;
    private final String timer;
    private final Map<Expr, Integer> places = new IdentityHashMap<>();

    Meaning(View view, Flow.Rule rule) {
        this.view = view;
        this.timer = rule.id() + "/timer";
        number(rule.when(), view.rule());
    }

    /** Inner nodes before outer ones, then source order: the order in which an occurrence can set their deadlines. */
    private void number(Expr node, int rule) {
        if (!places.containsKey(node)) {
            node.children().forEach(part -> number(part, rule));
            places.put(node, rule * 10_000 + 2 * places.size() + 2);
        }
    }

    Found first(Expr node, Moment after) {
        return node.accept(new First(after));
    }

    Optional<Match> match(Expr node, Moment after) {
        return first(node, after).match();
    }

    private Moment deadline(Moment from, long millis, Expr node) {
        return from.deadline(millis, places.get(node));
    }

    private final class First implements Expr.Visitor<Found> {
        private final Moment after;

        private First(Moment after) {
            this.after = after;
        }

        @Override
        public Found leaf(Expr.Leaf leaf) {
            return Found.of(view.occurrences().stream()
                    .filter(seen -> seen.at().isAfter(after) && view.sees().test(seen.at()) && seen.matches(leaf))
                    .findFirst()
                    .map(Match::of));
        }

        @Override
        public Found any(Expr.Any any) {
            return Found.of(any.parts().stream()
                    .flatMap(part -> match(part, after).stream())
                    .min(Comparator.comparing(Match::at)));
        }

        @Override
        public Found atLeast(Expr.AtLeast node) {
            Filling filling = new Filling(view, timer, node.least(), true) {
                @Override
                Optional<Arrival> next(Moment since, List<Arrival> got) {
                    Map<Moment, Arrival> next = new TreeMap<>();
                    for (int slot = 0; slot < node.parts().size(); slot++) {
                        int part = slot;
                        if (got.stream().noneMatch(arrival -> arrival.slot() == part)) {
                            match(node.parts().get(part), since)
                                    .ifPresent(match -> next.putIfAbsent(match.at(), new Arrival(part, match)));
                        }
                    }
                    return next.values().stream().findFirst();
                }
            };
            return filling.within(after, open -> end(open, node.within(), node));
        }

        @Override
        public Found count(Expr.Count node) {
            return repetition(node.of(), node.times()).within(after, open -> end(open, node.within(), node));
        }

        @Override
        public Found seq(Expr.Seq node) {
            if (node.parts().stream().allMatch(Expr::isSingle) && (node.strict() || node.within() > 0)) {
                return new Ways(view, node, Meaning.this, timer).first(after, open -> end(open, node.within(), node));
            }
            Filling filling = new Filling(view, timer, node.parts().size(), false) {
                @Override
                Optional<Arrival> next(Moment since, List<Arrival> got) {
                    return match(node.parts().get(got.size()), last(since, got))
                            .map(match -> new Arrival(got.size(), match));
                }
            };
            return filling.within(after, open -> end(open, node.within(), node));
        }

        /** D37. */
        @Override
        public Found absent(Expr.Absent node) {
            return Found.of(node.after().isEmpty() ? sinceArmed(node) : silence(node));
        }

        private Optional<Match> sinceArmed(Expr.Absent node) {
            Moment end = deadline(view.armed(), node.during(), node);
            boolean seen = match(node.what(), after)
                    .filter(what -> what.at().micros() < end.micros())
                    .isPresent();
            return !seen
                            && end.isAfter(after)
                            && view.hasPassed(end)
                            && view.sees().test(end)
                    ? Optional.of(Match.of(end, timer, List.of()))
                    : Optional.empty();
        }

        private Optional<Match> silence(Expr.Absent node) {
            Moment since = after;
            while (true) {
                Optional<Match> opening = match(node.after().get(0), since);
                if (opening.isEmpty()) {
                    return Optional.empty();
                }
                Moment end = deadline(opening.get().at(), node.during(), node);
                Optional<Match> what = match(node.what(), opening.get().at())
                        .filter(match -> match.at().micros() < end.micros());
                if (what.isEmpty() && !view.hasPassed(end)) {
                    return Optional.empty();
                }
                if (what.isEmpty() && view.sees().test(end)) {
                    return Optional.of(Match.of(end, timer, opening.get().events()));
                }
                since = what.map(Match::at).orElse(end);
            }
        }

        /** D38. */
        @Override
        public Found every(Expr.Every node) {
            Moment armed = view.armed();
            Moment tick = deadline(armed, node.period(), node);
            for (long time : view.eventTimes()) {
                if (time >= tick.micros()) {
                    if (tick.isAfter(after) && view.sees().test(tick)) {
                        return Found.of(Optional.of(Match.of(tick, timer, List.of(timer))));
                    }
                    long periods = (time - armed.micros()) / (node.period() * 1000) + 1;
                    tick = new Moment(
                            armed.micros() + periods * node.period() * 1000, -1, Optional.of(tick), tick.place());
                }
            }
            return Found.NOTHING;
        }

        @Override
        public Found batch(Expr.Batch node) {
            Filling filling = repetition(node.of(), node.size().orElse(Integer.MAX_VALUE));
            return filling.trailing(
                    after, open -> end(open, node.maxWait().orElse(0), node), from -> closing(node.of(), from));
        }

        private Optional<View.Close> closing(Expr part, Moment from) {
            return view.closes().stream()
                    .filter(close -> part instanceof Expr.Leaf leaf
                            && leaf.kind() == Expr.Kind.ITEM
                            && leaf.name().equals(close.over())
                            && close.at().isAfter(from)
                            && view.sees().test(close.at()))
                    .findFirst();
        }

        @Override
        public Found gather(Expr.Gather node) {
            return new Gathering(view, node, timer).first(after, open -> end(open, node.within(), node));
        }

        private Optional<Moment> end(Moment open, long millis, Expr node) {
            return millis > 0 ? Optional.of(deadline(open, millis, node)) : Optional.empty();
        }

        private Filling repetition(Expr part, int times) {
            return new Filling(view, timer, times, true) {
                @Override
                Optional<Arrival> next(Moment since, List<Arrival> got) {
                    return match(part, last(since, got))
                            .map(match -> new Arrival(got.size(), match.holding(List.of(match.event()))));
                }
            };
        }

        private static Moment last(Moment since, List<Arrival> got) {
            return got.isEmpty() ? since : got.get(got.size() - 1).match().at();
        }
    }
}
