package io.talflow.tal.oracle;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether a rule takes the last occurrence (D21): it completes the rule's match, or fills a part of one that has not happened.
 * What is found on the way and then not used, since something earlier came first, does not count.
 */
final class Taking {
    private final Optional<Moment> occurrence;
    private boolean taken;

    private Taking(Optional<Moment> occurrence) {
        this.occurrence = occurrence;
    }

    static Taking nothing() {
        return new Taking(Optional.empty());
    }

    static Taking of(Moment occurrence) {
        return new Taking(Optional.of(occurrence));
    }

    boolean isTaken() {
        return taken;
    }

    /** What has been found is looked for again, from later on. */
    void again() {
        taken = false;
    }

    /** A part has happened. @return whether by the occurrence */
    boolean by(Moment at) {
        taken = occurrence.filter(at::equals).isPresent();
        return taken;
    }

    /** A part beside others: what it takes counts if it has not happened, or by the occurrence. */
    Optional<Match> part(Supplier<Optional<Match>> first) {
        boolean others = taken;
        taken = false;
        Optional<Match> match = first.get();
        match.ifPresent(happened -> by(happened.at()));
        taken |= others;
        return match;
    }
}
