package io.talflow.tal.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** The calls that a task has made, and to which nodes they may go (D56). */
final class Placed {
    static final String CALL = "call";

    /** The nodes that a drawn task's start names, one letter each. */
    static final String FIRST = "ab";

    private final IntSupplier raw;
    private final List<Fired> calls = new ArrayList<>();
    private String nodes = FIRST;

    /** @param raw the index of the raw event that is applied */
    Placed(IntSupplier raw) {
        this.raw = raw;
    }

    /** A loss, or what places the task, names nodes. @param others empty: it names none */
    void on(String others) {
        nodes = others.isEmpty() ? nodes : others;
    }

    /** An attempt goes to a node. */
    void call(String firing, int attempt) {
        calls.add(called(firing, attempt, nodes, "#" + raw.getAsInt()));
    }

    List<Fired> calls() {
        return calls;
    }

    /** A call as both sides tell it. */
    static Fired called(String firing, int attempt, String nodes, String at) {
        return new Fired(CALL, attempt, Fired.Branch.CALL, at, List.of(firing, nodes));
    }
}
