package io.talflow.tal.cel;

import java.util.HashSet;
import java.util.Set;

/**
 * What an expression can look at; the engine keeps nothing that no expression mentions.
 *
 * @param roots variables by root name
 * @param results the nodes of {@code results.NAME}; {@code *} if the whole map is used
 */
public record Mentions(Set<String> roots, Set<String> results) {
    public static final Mentions NONE = new Mentions(Set.of(), Set.of());

    public Mentions {
        roots = Set.copyOf(roots);
        results = Set.copyOf(results);
    }

    public Mentions and(Mentions other) {
        Set<String> allRoots = new HashSet<>(roots);
        allRoots.addAll(other.roots);
        Set<String> allResults = new HashSet<>(results);
        allResults.addAll(other.results);
        return new Mentions(allRoots, allResults);
    }
}
