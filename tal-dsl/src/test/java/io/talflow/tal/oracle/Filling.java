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

    Filling(View view, String timer, int needed) {
        this.view = view;
        this.timer = timer;
        this.needed = needed;
    }

    record Arrival(int slot, Match match) {
        Moment at() {
            return match.at();
        }
    }

    /** The next arrival that is not refused, of a node that started anew at {@code since} and has got these. */
    abstract Optional<Arrival> next(Life since, List<Arrival> got);

    Found within(Life life, Function<Moment, Optional<Moment>> endOf) {
        List<Match> ended = new ArrayList<>();
        List<Arrival> got = new ArrayList<>();
        Life since = life;
        boolean taken = false;
        while (got.size() < needed) {
            if (!taken) {
                view.taking().again();
            }
            Optional<Arrival> next = next(since, got);
            Optional<Moment> end =
                    got.isEmpty() ? Optional.empty() : endOf.apply(got.get(0).at());
            if (end.isPresent()
                    && next.filter(arrival -> isInside(arrival, end.get())).isEmpty()) {
                if (!view.hasPassed(end.get())) {
                    return new Found(Optional.empty(), ended, false);
                }
                if (view.sees().test(end.get())) {
                    ended.add(Match.of(end.get(), timer, events(got)));
                }
                got.clear();
                // Its end comes before what is due below at that time, which so finds the window over.
                since = Life.anew(end.get().beginning());
            } else if (next.isEmpty()) {
                return new Found(Optional.empty(), ended, false);
            } else {
                got.add(next.get());
                taken = view.taking().by(next.get().at());
            }
        }
        Match last = got.get(got.size() - 1).match();
        return new Found(Optional.of(last.holding(events(got))), ended, false);
    }

    /** As a batch: the end of its window, or of the stream it collects, makes it happen with what it has. */
    Found trailing(
            Life life, Function<Moment, Optional<Moment>> endOf, Function<Moment, Optional<View.Close>> closingAfter) {
        List<Arrival> got = new ArrayList<>();
        Life since = life;
        while (got.size() < needed) {
            Optional<Arrival> next = next(since, got);
            Optional<Match> cut = got.isEmpty() ? Optional.empty() : cut(got, next, endOf, closingAfter);
            if (cut.filter(match -> !view.hasPassed(match.at())).isPresent()) {
                return Found.NOTHING;
            }
            if (cut.filter(match -> view.sees().test(match.at())).isPresent()) {
                return Found.of(cut);
            }
            if (cut.isPresent()) {
                got.clear();
                since = Life.anew(cut.get().at());
            } else if (next.isEmpty()) {
                return Found.NOTHING;
            } else {
                got.add(next.get());
            }
        }
        return Found.of(Optional.of(got.get(got.size() - 1).match().holding(events(got))));
    }

    /** What ends a batch before its next arrival: its stream's close, or its window. */
    private Optional<Match> cut(
            List<Arrival> got,
            Optional<Arrival> next,
            Function<Moment, Optional<Moment>> endOf,
            Function<Moment, Optional<View.Close>> closingAfter) {
        Optional<Moment> end = endOf.apply(got.get(0).at());
        Optional<View.Close> close = closingAfter
                .apply(got.get(got.size() - 1).at())
                .filter(closed -> next.filter(arrival -> !arrival.at().isAfter(closed.at()))
                        .isEmpty())
                .filter(closed ->
                        end.filter(at -> at.micros() <= closed.at().micros()).isEmpty());
        if (close.isPresent()) {
            return Optional.of(Match.of(close.get(), events(got)));
        }
        // An arrival due at the end, before it, belongs to the next batch, so this one ends just before.
        return end.filter(at -> next.filter(arrival -> isInside(arrival, at)).isEmpty())
                .map(at -> next.map(Arrival::at)
                        .filter(arrival -> !arrival.isAfter(at))
                        .map(Moment::justBefore)
                        .orElse(at))
                .map(at -> Match.of(at, timer, events(got)));
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
