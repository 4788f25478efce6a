package io.talflow.tal.oracle;

import java.util.OptionalInt;

/**
 * One record of a task's log, as it came.
 *
 * @param name the declared event; the datum's or stream's name for data
 * @param id with the source what D6 knows an outside event by; a slice's key for an item
 * @param subject its subject; of a loss or a placement the nodes that it names, a letter each, empty for none; of a completion
 *     the data that its result brings, {@code h} for each single datum and a digit for how many slices of each stream
 * @param n its {@code data.n}; a close's count
 * @param firing for what a function or a sub-task says: which firing of which rule, {@code RULE/ORDINAL}
 * @param attempt which attempt says it
 * @param timeMillis the log's time as the broker stamped it, in milliseconds since the task's epoch; may step back
 */
record RawEvent(
        Type type,
        String name,
        String source,
        String id,
        String subject,
        long n,
        String firing,
        int attempt,
        long timeMillis) {
    enum Type {
        /** An event from outside, of a declared type. */
        OUTSIDE,
        /** An event from outside, of a type nobody declared. */
        UNKNOWN,
        /** A timer's poke: it carries the time and does nothing else. */
        POKE,
        READY,
        ITEM,
        CLOSE,
        COMPLETED,
        /** With the error {@code E} and {@code n}. */
        FAILED,
        /** The node of an attempt is lost. */
        LOST,
        /** Nodes have come that the task's functions may run on. */
        PLACED,
        /** Somebody cancels the task. */
        CANCEL,
        /** An operator's command about the rule {@code name}. */
        ENABLE,
        DISABLE,
        /** An operator adds the rule {@code name} of the flow's {@code addable}. */
        ADD;

        /** Whether it comes from a function or a sub-task. */
        boolean isSaid() {
            return this == READY
                    || this == ITEM
                    || this == CLOSE
                    || this == COMPLETED
                    || this == FAILED
                    || this == LOST;
        }

        /** Whether it is told apart by a word before its name. */
        boolean isNamed() {
            return this != OUTSIDE && this != UNKNOWN && this != POKE;
        }
    }

    RawEvent(Type type, String name, String source, String id, String subject, long n, String firing, long timeMillis) {
        this(type, name, source, id, subject, n, firing, 1, timeMillis);
    }

    static RawEvent outside(String name, String id, long n, long timeMillis) {
        return new RawEvent(Type.OUTSIDE, name, "/outside", id, "", n, "", timeMillis);
    }

    static RawEvent poke(long timeMillis) {
        return new RawEvent(Type.POKE, "", "/poke", "poke-" + timeMillis, "", 0, "", timeMillis);
    }

    /** Whether a result brings the single data that its function declares. */
    boolean bringsValues() {
        return type == Type.COMPLETED && subject.startsWith("h");
    }

    /** How many slices of each declared stream a result brings; empty: it says nothing of streams. */
    OptionalInt bringsSlices() {
        String digits = type == Type.COMPLETED ? subject.replace("h", "") : "";
        return digits.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(digits));
    }

    RawEvent at(long millis) {
        return new RawEvent(type, name, source, id, subject, n, firing, attempt, millis);
    }

    RawEvent by(int otherAttempt) {
        return new RawEvent(type, name, source, id, subject, n, firing, otherAttempt, timeMillis);
    }

    RawEvent withoutSubject() {
        return about("");
    }

    /** With another subject. */
    RawEvent about(String others) {
        return new RawEvent(type, name, source, id, others, n, firing, attempt, timeMillis);
    }
}
