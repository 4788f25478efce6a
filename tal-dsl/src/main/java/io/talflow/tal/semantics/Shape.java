package io.talflow.tal.semantics;

/**
 * The form of a pattern: what an expression node asks of its numbered arrivals. A handful of shapes serves every
 * workflow, so no workflow needs an operator of its own.
 *
 * @param stages number of stages of SEQUENCE and STRICT, at least 1; 1 for the others
 * @param windowMicros from the first arrival of a match, the end excluded; 0: for ever
 */
public record Shape(Kind kind, int stages, long windowMicros) {
    public static final Shape EVENT = new Shape(Kind.EVENT, 1, 0);
    public static final Shape FIRST = new Shape(Kind.FIRST, 1, 0);
    public static final Shape LAST = last(0);

    /** How arrivals make a match. */
    public enum Kind {
        /** Each arrival. */
        EVENT,
        /** The first arrival of any slot. */
        FIRST,
        /** The arrival that completes a set; with a window, after one of slot {@link Arrival#OPENING}. */
        LAST,
        /** An arrival of slot 0, later one of slot 1, and so on. */
        SEQUENCE,
        /** The same with no arrival between. */
        STRICT,
        /** The window has passed since an arrival of slot 0, and none of slot 1 came. */
        ABSENT
    }

    public Shape {
        if (stages < 1 || windowMicros < 0) {
            throw new IllegalArgumentException("no shape: %d stages, window %d µs".formatted(stages, windowMicros));
        }
    }

    public static Shape last(long windowMicros) {
        return new Shape(Kind.LAST, 1, windowMicros);
    }

    public static Shape sequence(int stages, long windowMicros) {
        return new Shape(Kind.SEQUENCE, stages, windowMicros);
    }

    public static Shape strict(int stages, long windowMicros) {
        return new Shape(Kind.STRICT, stages, windowMicros);
    }

    public static Shape absent(long windowMicros) {
        return new Shape(Kind.ABSENT, 1, windowMicros);
    }

    boolean isTimed() {
        return windowMicros > 0;
    }

    /** Whether its pattern has partial matches; else there is never anything to remember. */
    boolean remembers() {
        return isTimed() || kind == Kind.SEQUENCE || kind == Kind.STRICT;
    }
}
