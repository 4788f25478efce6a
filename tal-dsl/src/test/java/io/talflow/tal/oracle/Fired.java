package io.talflow.tal.oracle;

import java.util.List;

/**
 * A firing, as both sides tell it.
 *
 * @param at {@code #INDEX} of the raw event that brought it, or {@code @MILLIS} of the deadline, since the task's epoch
 * @param events ids of the matched events, in order
 */
record Fired(String rule, int ordinal, Branch branch, String at, List<String> events) {
    enum Branch {
        DO,
        ELSE,
        TIMEOUT,
        FAILED,
        /** A compensation: {@code events} names the node that it undoes. */
        UNDO,
        /** The task's end: {@code events} is its status. */
        END,
        /** An attempt's call; the ordinal is the attempt, {@code events} the firing and the nodes it may go to. */
        CALL
    }

    Fired at(String other) {
        return new Fired(rule, ordinal, branch, other, events);
    }

    @Override
    public String toString() {
        return "%s/%d %s %s %s".formatted(rule, ordinal, branch, at, events);
    }
}
