package io.talflow.tal.cel;

/** A CEL expression that does not compile: where in it, 1-based, and why. */
public final class InvalidCel extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int line;
    private final int column;

    public InvalidCel(int line, int column, String message) {
        super(message);
        this.line = line;
        this.column = column;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }
}
