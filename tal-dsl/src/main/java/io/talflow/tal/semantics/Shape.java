package io.talflow.tal.semantics;

/**
 * The form of a pattern: what an expression node asks of its numbered arrivals. A handful of shapes serves every
 * workflow, so no workflow needs an operator of its own.
 *
 * @param stages number of stages of SEQUENCE, at least 1; 1 for the others
 */
public record Shape(Kind kind, int stages) {
    public static final Shape EVENT = new Shape(Kind.EVENT, 1);
    public static final Shape FIRST = new Shape(Kind.FIRST, 1);
    public static final Shape LAST = new Shape(Kind.LAST, 1);

    /** How arrivals make a match. */
    public enum Kind {
        /** Each arrival. */
        EVENT,
        /** The first arrival of any slot. */
        FIRST,
        /** The arrival that completes a set. */
        LAST,
        /** An arrival of slot 0, later one of slot 1, and so on. */
        SEQUENCE
    }

    public static Shape sequence(int stages) {
        return new Shape(Kind.SEQUENCE, stages);
    }
}
