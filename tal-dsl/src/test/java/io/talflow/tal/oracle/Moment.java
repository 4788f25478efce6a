package io.talflow.tal.oracle;

import java.util.Comparator;
import java.util.Optional;

/**
 * A point in a task's order of happenings (D26): by time; of one time deadlines before the log event; of deadlines of one
 * time the one with the lower place.
 *
 * @param micros the log's time, made strictly increasing (D2)
 * @param occurrence the number of the occurrence; of a deadline -1
 * @param setAt when a deadline was set
 * @param place of a deadline: rules in source order, in a rule outer nodes before inner ones, then source order
 */
record Moment(long micros, int occurrence, Optional<Moment> setAt, int place) implements Comparable<Moment> {
    private static final Comparator<Moment> ORDER = Comparator.comparingLong(Moment::micros)
            .thenComparing(moment -> moment.setAt().isEmpty())
            .thenComparingInt(Moment::occurrence)
            .thenComparingInt(Moment::place);

    static Moment ofOccurrence(long micros, int occurrence) {
        return new Moment(micros, occurrence, Optional.empty(), 0);
    }

    Moment deadline(long millis, int place) {
        return new Moment(micros + millis * 1000, -1, Optional.of(this), place);
    }

    boolean isDeadline() {
        return setAt.isPresent();
    }

    boolean isAfter(Moment other) {
        return compareTo(other) > 0;
    }

    /** The latest moment before this one. */
    Moment justBefore() {
        return isDeadline() ? new Moment(micros, -1, setAt, place - 1) : ofOccurrence(micros, occurrence - 1);
    }

    /** Before all that is due at the time of this deadline. */
    Moment beginning() {
        return new Moment(micros, -1, Optional.of(ofOccurrence(Long.MIN_VALUE, -1)), Integer.MIN_VALUE);
    }

    @Override
    public int compareTo(Moment other) {
        return ORDER.compare(this, other);
    }
}
