package io.talflow.tal;

import java.util.List;
import java.util.stream.Collectors;

/** A document that cannot be used, with every problem it has. The only exception a loader throws. */
public final class InvalidTal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<Problem> problems;

    public InvalidTal(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
