package io.talflow.tal.oracle;

import java.util.Optional;

/**
 * From when on a node looks, having forgotten all before.
 *
 * @param after it sees what comes after this
 * @param opened when an {@code absent} without {@code after} below it was opened (D37): by arming the rule, or by the turn
 *     of a part of a {@code seq}; empty where a node merely starts anew
 */
record Life(Moment after, Optional<Moment> opened) {
    static Life anew(Moment after) {
        return new Life(after, Optional.empty());
    }

    static Life opened(Moment at) {
        return new Life(at, Optional.of(at));
    }
}
