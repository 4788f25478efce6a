package io.talflow.tal.oracle;

import io.talflow.tal.oracle.Filling.Arrival;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What an expression means: for a node that starts anew at a moment, its first happening after it. Since happening forgets
 * (section 4), all that a node ever does is the repetition of this.
 */
final class Meaning {
    private final View view;
    private final String timer;
    private final Flow.Rule rule;
    private final IdentityHashMap<Expr, Integer> places = new IdentityHashMap<>();

    Meaning(View view, Flow.Rule rule) {
        this.view = view;
        this.timer = rule.id() + "/timer";
        this.rule = rule;
        number(rule.when(), view.rule());
    }

    /** Outer nodes before inner ones, then source order: of what is due at one time the lower place comes first. */
    private void number(Expr node, int rule) {
        if (!places.containsKey(node)) {
            places.put(node, rule * 10_000 + 2 * places.size() + 2);
            node.children().forEach(part -> number(part, rule));
        }
    }

    Found first(Expr node, Life life) {
        return node.accept(new First(life));
    }

    Optional<Match> match(Expr node, Life life) {
        return view.taking().part(() -> first(node, life).match());
    }

    private Moment deadline(Moment from, long millis, Expr node) {
        return from.deadline(millis, places.get(node));
    }

    private final class First implements Expr.Visitor<Found> {
        private final Life life;
        private final Moment after;

        private First(Life life) {
            this.life = life;
            this.after = life.after();
        }

        @Override
        public Found leaf(Expr.Leaf leaf) {
            return Found.of(view.occurrences().stream()
                    .filter(seen -> seen.at().isAfter(after) && view.sees().test(seen.at()) && seen.matches(leaf))
                    .findFirst()
                    .map(Match::of));
        }

        /** Of parts that happen by one occurrence the last in source order (D53). */
        @Override
        public Found any(Expr.Any any) {
            return Found.of(any.parts().stream()
                    .flatMap(part -> match(part, life).stream())
                    .reduce((one, other) -> other.at().isAfter(one.at()) ? one : other));
        }

        @Override
        public Found atLeast(Expr.AtLeast node) {
            Filling filling = new Filling(view, timer, node.least()) {
                @Override
                Optional<Arrival> next(Life since, List<Arrival> got) {
                    return IntStream.range(0, node.parts().size())
                            .filter(part -> got.stream().noneMatch(arrival -> arrival.slot() == part))
                            .boxed()
                            .flatMap(part -> match(node.parts().get(part), since).stream()
                                    .map(match -> new Arrival(part, match)))
                            .reduce((one, other) -> other.at().isAfter(one.at()) ? one : other);
                }
            };
            return filling.within(life, open -> end(open, node.within(), node));
        }

        @Override
        public Found count(Expr.Count node) {
            return repetition(node.of(), node.times()).within(life, open -> end(open, node.within(), node));
        }

        @Override
        public Found seq(Expr.Seq node) {
            if (node.parts().stream().allMatch(Expr::isSingle) && (node.strict() || node.within() > 0)) {
                return new Ways(view, node, Meaning.this, timer).first(life, open -> end(open, node.within(), node));
            }
            Filling filling = new Filling(view, timer, node.parts().size()) {
                @Override
                Optional<Arrival> next(Life since, List<Arrival> got) {
                    Life turn = got.isEmpty()
                            ? since
                            : Life.opened(got.get(got.size() - 1).at());
                    return match(node.parts().get(got.size()), turn).map(match -> new Arrival(got.size(), match));
                }
            };
            return filling.within(life, open -> end(open, node.within(), node));
        }

        /** D37. */
        @Override
        public Found absent(Expr.Absent node) {
            return Found.of(node.isSinceOpened() ? sinceOpened(node) : silence(node));
        }

        private Optional<Match> sinceOpened(Expr.Absent node) {
            return life.opened()
                    .map(opened -> deadline(opened, node.during(), node))
                    .filter(end -> view.hasPassed(end) && view.sees().test(end))
                    .filter(end -> match(node.what(), life)
                            .filter(what -> what.at().micros() < end.micros())
                            .isEmpty())
                    .map(end -> Match.of(end, timer, List.of()));
        }

        private Optional<Match> silence(Expr.Absent node) {
            Life since = life;
            while (true) {
                Optional<Match> opening = match(node.after().get(0), since);
                if (opening.isEmpty()) {
                    return Optional.empty();
                }
                Moment end = deadline(opening.get().at(), node.during(), node);
                Optional<Match> what = match(
                                node.what(), Life.opened(opening.get().at()))
                        .filter(match -> match.at().micros() < end.micros());
                if (what.isEmpty() && !view.hasPassed(end)) {
                    return Optional.empty();
                }
                // As with a window, its end comes before an arrival at that time.
                Moment over = match(node.after().get(0), Life.anew(opening.get().at()))
                        .map(Match::at)
                        .filter(at -> at.micros() == end.micros() && !at.isAfter(end))
                        .map(Moment::justBefore)
                        .orElse(end);
                if (what.isEmpty() && view.sees().test(end)) {
                    return Optional.of(Match.of(over, timer, opening.get().events()));
                }
                // One that is both closes it and opens it again.
                since = Life.anew(what.map(Match::at).map(Moment::justBefore).orElse(over));
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
                    life, open -> end(open, node.maxWait().orElse(0), node), from -> closing(node.of(), from));
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
            return new Gathering(view, node, timer, rule.onFailed())
                    .first(after, open -> end(open, node.within(), node));
        }

        private Optional<Moment> end(Moment open, long millis, Expr node) {
            return millis > 0 ? Optional.of(deadline(open, millis, node)) : Optional.empty();
        }

        private Filling repetition(Expr part, int times) {
            return new Filling(view, timer, times) {
                @Override
                Optional<Arrival> next(Life since, List<Arrival> got) {
                    Life next = got.isEmpty()
                            ? since
                            : Life.anew(got.get(got.size() - 1).at());
                    return match(part, next)
                            .map(match -> new Arrival(got.size(), match.holding(List.of(match.event()))));
                }
            };
        }
    }
}
