package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** A member for every slice of a stream, and the stream's close (D12, D32, D33). */
final class Gathering {
    private final View view;
    private final Expr.Gather node;
    private final String timer;
    private final boolean onFailed;

    /** @param onFailed whether the rule has something to do when the stream fails */
    Gathering(View view, Expr.Gather node, String timer, boolean onFailed) {
        this.view = view;
        this.node = node;
        this.timer = timer;
        this.onFailed = onFailed;
    }

    Found first(Moment after, Function<Moment, Optional<Moment>> endOf) {
        List<Match> ended = new ArrayList<>();
        Map<Integer, Match> members = new TreeMap<>();
        Optional<View.Close> closed = Optional.empty();
        Optional<Moment> opened = Optional.empty();
        Moment since = after;
        while (true) {
            Optional<Occurrence> member = member(since, members);
            Optional<View.Close> close = closed.isPresent() ? Optional.empty() : close(since);
            boolean closing = close.isPresent()
                    && member.filter(seen -> !seen.at().isAfter(close.get().at()))
                            .isEmpty();
            Optional<Moment> next = closing ? close.map(View.Close::at) : member.map(Occurrence::at);
            Optional<Moment> end = opened.flatMap(endOf);
            if (end.isPresent()
                    && next.filter(at -> at.micros() < end.get().micros()).isEmpty()) {
                if (!view.hasPassed(end.get())) {
                    return new Found(Optional.empty(), ended, false);
                }
                if (view.sees().test(end.get())) {
                    ended.add(Match.of(end.get(), timer, events(members)));
                }
                members.clear();
                closed = Optional.empty();
                opened = Optional.empty();
                since = end.get();
                continue;
            }
            if (next.isEmpty()) {
                return new Found(Optional.empty(), ended, false);
            }
            since = next.get();
            // A failure that nothing is to be done about is no arrival: it opens no window.
            boolean unheard = closing && close.get().failed() && !onFailed;
            opened = unheard ? opened : opened.or(() -> next);
            Match last = closing ? Match.of(close.get(), List.of()) : Match.of(member.get());
            if (closing) {
                closed = close;
            } else {
                members.put(member.get().slice().orElseThrow().number(), last);
            }
            boolean failed = closed.filter(View.Close::failed).isPresent();
            boolean whole = !failed
                    && closed.filter(all -> all.count() == members.size()).isPresent();
            if (whole || (failed && onFailed)) {
                return new Found(Optional.of(last.holding(events(members))), ended, failed);
            }
        }
    }

    private Optional<Occurrence> member(Moment since, Map<Integer, Match> members) {
        return view.occurrences().stream()
                .filter(seen -> seen.at().isAfter(since) && view.sees().test(seen.at()) && seen.matches(node.member()))
                .filter(seen -> seen.slice()
                        .filter(slice -> slice.over().equals(node.over()) && !members.containsKey(slice.number()))
                        .isPresent())
                .findFirst();
    }

    private Optional<View.Close> close(Moment since) {
        return view.closes().stream()
                .filter(close -> close.over().equals(node.over())
                        && close.at().isAfter(since)
                        && view.sees().test(close.at()))
                .findFirst();
    }

    private static List<String> events(Map<Integer, Match> members) {
        return Match.together(members.values(), Match::events);
    }
}
