package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/** A sequence of single events, each arrival of the first part opening a way of its own (D34, D35). */
final class Ways {
    private final View view;
    private final Expr.Seq node;
    private final Meaning meaning;
    private final String timer;

    Ways(View view, Expr.Seq node, Meaning meaning, String timer) {
        this.view = view;
        this.node = node;
        this.meaning = meaning;
        this.timer = timer;
    }

    /**
     * How a way goes.
     *
     * @param match it completed
     * @param ended its window ended before that
     */
    private record Way(Optional<Match> match, Optional<Match> ended) {}

    Found first(Life life, Function<Moment, Optional<Moment>> endOf) {
        List<Match> ended = new ArrayList<>();
        Match winner = null;
        Optional<Match> start = meaning.match(node.parts().get(0), life);
        while (start.isPresent()
                && (winner == null || winner.at().isAfter(start.get().at()))) {
            Way way = from(start.get(), endOf.apply(start.get().at()));
            way.ended.ifPresent(ended::add);
            if (way.match.isPresent()
                    && (winner == null || winner.at().isAfter(way.match.get().at()))) {
                winner = way.match.get();
            }
            start = meaning.match(node.parts().get(0), Life.anew(start.get().at()));
        }
        Match first = winner;
        return new Found(
                Optional.ofNullable(winner),
                ended.stream()
                        .filter(end -> first == null || first.at().isAfter(end.at()))
                        .toList(),
                false);
    }

    private Way from(Match start, Optional<Moment> end) {
        List<Match> got = new ArrayList<>(List.of(start));
        while (got.size() < node.parts().size()) {
            Match last = got.get(got.size() - 1);
            Optional<Match> next = meaning.match(node.parts().get(got.size()), Life.anew(last.at()));
            Optional<Moment> broken = breaks(last, next);
            Optional<Moment> then = broken.or(() -> next.map(Match::at));
            if (end.isPresent()
                    && then.filter(at -> at.micros() < end.get().micros()).isEmpty()) {
                boolean told = view.hasPassed(end.get()) && view.sees().test(end.get());
                return new Way(
                        Optional.empty(), told ? Optional.of(Match.of(end.get(), timer, List.of())) : Optional.empty());
            }
            if (broken.isPresent() || next.isEmpty()) {
                return new Way(Optional.empty(), Optional.empty());
            }
            got.add(next.get());
        }
        return new Way(Optional.of(got.get(got.size() - 1).holding(events(got))), Optional.empty());
    }

    /**
     * When something breaks a strict way: the next event of the log that makes an occurrence and is not the one waited for,
     * or an occurrence before the one waited for that another part takes.
     */
    private Optional<Moment> breaks(Match last, Optional<Match> next) {
        if (!node.strict()) {
            return Optional.empty();
        }
        Optional<Moment> outOfTurn = view.occurrences().stream()
                .filter(seen -> seen.at().isAfter(last.at())
                        && view.sees().test(seen.at())
                        && next.filter(match -> !match.at().isAfter(seen.at())).isEmpty()
                        && isTaken(node, seen))
                .map(Occurrence::at)
                .findFirst();
        Optional<Moment> between = between(last, next);
        return outOfTurn.isPresent() && between.isPresent()
                ? outOfTurn.filter(at -> between.get().isAfter(at)).or(() -> between)
                : outOfTurn.or(() -> between);
    }

    private static boolean isTaken(Expr part, Occurrence seen) {
        return part instanceof Expr.Leaf leaf
                ? seen.matches(leaf)
                : part.children().stream().anyMatch(below -> isTaken(below, seen));
    }

    private Optional<Moment> between(Match last, Optional<Match> next) {
        OptionalInt wanted = next.map(match -> OptionalInt.of(match.raw())).orElse(OptionalInt.empty());
        Stream<Told> told = Stream.concat(
                view.occurrences().stream().map(seen -> new Told(seen.at(), seen.raw())),
                view.closes().stream().map(close -> new Told(close.at(), close.raw())));
        return told.filter(one -> one.raw > last.raw())
                .min(Comparator.comparing(Told::at))
                .filter(one -> wanted.isEmpty() || (wanted.getAsInt() != last.raw() && wanted.getAsInt() != one.raw))
                .map(Told::at);
    }

    /** What an event of the log made happen, a stream's close, too. */
    private record Told(Moment at, int raw) {}

    private static List<String> events(List<Match> got) {
        return Match.together(got, Match::events);
    }
}
