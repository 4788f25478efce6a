package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A node that needs a number of arrivals, with the window that its first one opens (D33). */
abstract class Filling {
    private final View view;
    private final String timer;
    private final int needed;
    private final boolean inAnyOrder;

    /** @param inAnyOrder an arrival that comes too late for one window can open the next */
    Filling(View view, String timer, int needed, boolean inAnyOrder) {
        this.view = view;
        this.timer = timer;
        this.needed = needed;
        this.inAnyOrder = inAnyOrder;
    }

    record Arrival(int slot, Match match) {
        Moment at() {
            return match.at();
        }
    }

    /** The next arrival that is not refused, of a node that started anew at {@code since} and has got these. */
    abstract Optional<Arrival> next(Moment since, List<Arrival> got);

    Found within(Moment after, Function<Moment, Optional<Moment>> endOf) {
        List<Match> ended = new ArrayList<>();
        List<Arrival> got = new ArrayList<>();
        Moment since = after;
        while (got.size() < needed) {
            Optional<Arrival> next = next(since, got);
            Optional<Moment> end =
                    got.isEmpty() ? Optional.empty() : endOf.apply(got.get(0).at());
            if (end.isPresent()
                    && next.filter(arrival -> isInside(arrival, end.get())).isEmpty()) {
                if (!view.hasPassed(end.get())) {
                    return new Found(Optional.empty(), ended, false);
                }
                // One that was due before the end, at the same time: it is not inside, so it finds the window over.
                Optional<Arrival> early = next.filter(arrival -> !arrival.at().isAfter(end.get()));
                since = early.map(Arrival::at).orElse(end.get());
                if (view.sees().test(since)) {
                    ended.add(Match.of(since, timer, events(got)));
                }
                got.clear();
                early.filter(arrival -> inAnyOrder).ifPresent(got::add);
            } else if (next.isEmpty()) {
                return new Found(Optional.empty(), ended, false);
            } else {
                got.add(next.get());
            }
        }
        Match last = got.get(got.size() - 1).match();
        return new Found(Optional.of(last.holding(events(got))), ended, false);
    }

    /** As a batch: the end of its window, or of what it collects, makes it happen with what it has. */
    Found trailing(
            Moment after,
            Function<Moment, Optional<Moment>> endOf,
            Function<Moment, Optional<View.Close>> closingAfter) {
        List<Arrival> got = new ArrayList<>();
        Moment since = after;
        while (true) {
            Optional<Arrival> next = next(since, got);
            if (!got.isEmpty()) {
                Moment end = endOf.apply(got.get(0).at()).orElse(null);
                View.Close close =
                        closingAfter.apply(got.get(got.size() - 1).at()).orElse(null);
                boolean closesFirst = close != null
                        && next.filter(arrival -> !arrival.at().isAfter(close.at()))
                                .isEmpty();
                boolean endsFirst = end != null
                        && next.filter(arrival -> isInside(arrival, end)).isEmpty()
                        && (!closesFirst || close.at().micros() >= end.micros());
                if (endsFirst && !view.hasPassed(end)) {
                    return Found.NOTHING;
                }
                if (endsFirst) {
                    Moment over = next.map(Arrival::at)
                            .filter(at -> !at.isAfter(end))
                            .map(Moment::justBefore)
                            .orElse(end);
                    if (view.sees().test(over)) {
                        return Found.of(Optional.of(Match.of(over, timer, events(got))));
                    }
                    got.clear();
                    since = over;
                    continue;
                }
                if (closesFirst) {
                    return Found.of(Optional.of(Match.of(close, events(got))));
                }
            }
            if (next.isEmpty()) {
                return Found.NOTHING;
            }
            got.add(next.get());
            if (got.size() == needed) {
                return Found.of(Optional.of(next.get().match().holding(events(got))));
            }
        }
    }

    private static boolean isInside(Arrival arrival, Moment end) {
        return arrival.at().micros() < end.micros();
    }

    /** In source order; arrivals of one slot in their own. */
    private static List<String> events(List<Arrival> got) {
        return Match.together(
                got.stream()
                        .sorted(Comparator.comparingInt(Arrival::slot))
                        .map(Arrival::match)
                        .toList(),
                Match::events);
    }
}
