package io.talflow.tal.oracle;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One thing that happened (D7).
 *
 * @param raw index of the raw event that brought it
 * @param id of the event an expression sees
 * @param n the event's {@code data.n}
 * @param slice the slice it belongs to
 */
record Occurrence(
        Moment at,
        int raw,
        Expr.Kind kind,
        String name,
        String subject,
        String id,
        OptionalLong n,
        Optional<Slice> slice) {

    /**
     * A slice of a stream.
     *
     * @param over NODE.STREAM
     */
    record Slice(String over, int number) {}

    /** Whether the leaf sees it: D11's filter, and the subject exactly. */
    boolean matches(Expr.Leaf leaf) {
        return kind == leaf.kind()
                && name.equals(leaf.name())
                && (leaf.subject().isEmpty() || leaf.subject().equals(subject))
                && (leaf.least().isEmpty()
                        || (n.isPresent() && n.getAsLong() >= leaf.least().getAsInt()));
    }
}
