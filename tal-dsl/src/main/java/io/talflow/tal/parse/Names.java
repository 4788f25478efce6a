package io.talflow.tal.parse;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What may be called what, and what a mistyped name most likely meant. */
public final class Names {
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    /** YAML 1.1 reads these as booleans, CEL as literals or keywords. */
    private static final Set<String> REFUSED =
            Set.of("on", "off", "yes", "no", "y", "n", "true", "false", "null", "in", "as", "for", "if");

    private static final int MOST_COMPARED = 1_000;

    private Names() {}

    public static boolean isWorkflowName(String name) {
        return DNS_LABEL.matcher(name).matches();
    }

    /** Names of functions, data, events and aliases are CEL identifiers. */
    public static boolean isIdentifier(String name) {
        return IDENTIFIER.matcher(name).matches() && !REFUSED.contains(name.toLowerCase(Locale.ROOT));
    }

    /** As much of a text as a message needs. */
    static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    /** {@code "; did you mean X?"}, or what is known, or nothing. */
    public static String suggestion(String name, Collection<String> known) {
        if (known.size() > MOST_COMPARED) {
            return "";
        }
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(candidate -> distance(name, candidate) <= name.length() / 2)
                .map("; did you mean %s?"::formatted)
                .orElseGet(() -> known.isEmpty() || known.size() > 20
                        ? ""
                        : "; known: "
                                + String.join(", ", known.stream().sorted().toList()));
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
