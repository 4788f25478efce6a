package io.talflow.tal.parse;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Problem;
import io.talflow.tal.model.Position;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Collects what is wrong with one document, so that its author mends it in one round: up to 10,000 errors and as many
 * warnings, since nobody reads more, each once and no longer than somebody reads.
 */
public final class Problems {
    private static final int MOST = 10_000;
    private static final int BEGINNING = 700;
    private static final int END = 300;

    private final String file;
    private final Set<Problem> errors = new LinkedHashSet<>();
    private final Set<Problem> warnings = new LinkedHashSet<>();

    public Problems(String file) {
        this.file = file;
    }

    public void error(String code, Position position, String message) {
        add(errors, new Problem(Problem.Severity.ERROR, code, file, position, shortened(message)));
    }

    public void warning(String code, Position position, String message) {
        add(warnings, new Problem(Problem.Severity.WARNING, code, file, position, shortened(message)));
    }

    public void addAll(Problems others) {
        others.errors.forEach(problem -> add(errors, problem));
        others.warnings.forEach(problem -> add(warnings, problem));
    }

    private static void add(Set<Problem> to, Problem problem) {
        if (to.size() < MOST) {
            to.add(problem);
        }
    }

    /** A message may tell a value of megabytes. */
    private static String shortened(String message) {
        return message.length() <= BEGINNING + END
                ? message
                : message.substring(0, BEGINNING) + " … " + message.substring(message.length() - END);
    }

    public boolean hasErrors() {
        return !errors.isEmpty();
    }

    /** In source order, each once. */
    public List<Problem> all() {
        return Stream.concat(errors.stream(), warnings.stream())
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
