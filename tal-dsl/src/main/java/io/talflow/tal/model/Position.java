package io.talflow.tal.model;

/** A place in a source file, both 1-based; {@link #NONE} for what was built in code. */
public record Position(int line, int column) {
    public static final Position NONE = new Position(0, 0);
}
