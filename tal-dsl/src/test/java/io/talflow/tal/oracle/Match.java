package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A node has happened.
 *
 * @param event id of the event that completed it; of a deadline the rule's timer event (D27)
 * @param events ids of the events that filled its leaves, in source order (D19)
 * @param n {@code data.n} of the event that completed it
 * @param slice the slice of the event that completed it (D10)
 * @param raw index of the raw event, or of the last one before the deadline
 */
record Match(Moment at, int raw, String event, List<String> events, OptionalLong n, Optional<Occurrence.Slice> slice) {

    static Match of(Occurrence seen) {
        return new Match(seen.at(), seen.raw(), seen.id(), List.of(seen.id()), seen.n(), seen.slice());
    }

    static Match of(Moment deadline, String timer, List<String> events) {
        return new Match(deadline, -1, timer, events, OptionalLong.empty(), Optional.empty());
    }

    static Match of(View.Close close, List<String> events) {
        return new Match(close.at(), close.raw(), close.id(), events, OptionalLong.empty(), Optional.empty());
    }

    Match holding(List<String> others) {
        return new Match(at, raw, event, others, n, slice);
    }

    static List<String> together(Iterable<Match> matches, Function<Match, List<String>> what) {
        List<String> all = new ArrayList<>();
        matches.forEach(match -> all.addAll(what.apply(match)));
        return all;
    }
}
