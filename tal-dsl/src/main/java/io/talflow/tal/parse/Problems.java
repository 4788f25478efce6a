package io.talflow.tal.parse;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Problem;
import io.talflow.tal.model.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one document, so that its author mends it in one round. */
public final class Problems {
    private final String file;
    private final List<Problem> all = new ArrayList<>();

    public Problems(String file) {
        this.file = file;
    }

    public void error(String code, Position position, String message) {
        all.add(new Problem(Problem.Severity.ERROR, code, file, position, message));
    }

    public void warning(String code, Position position, String message) {
        all.add(new Problem(Problem.Severity.WARNING, code, file, position, message));
    }

    public void addAll(Problems others) {
        all.addAll(others.all);
    }

    public boolean hasErrors() {
        return all.stream().anyMatch(Problem::isError);
    }

    /** In source order, each once. */
    public List<Problem> all() {
        return all.stream()
                .distinct()
                .sorted(Comparator.comparingInt(
                                (Problem problem) -> problem.position().line())
                        .thenComparingInt(problem -> problem.position().column()))
                .toList();
    }

    /** @throws InvalidTal if there is an error */
    public void throwIfErrors() {
        if (hasErrors()) {
            throw new InvalidTal(all());
        }
    }
}
