package io.talflow.tal.parse;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an unquoted scalar means. YAML 1.1 and 1.2 disagree about some ({@code on}, {@code 1:30}, {@code 017}, a date);
 * a workflow must not depend on who reads it, so those are texts here and refused in TAL documents.
 */
final class PlainScalar {
    private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9]{0,18})");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]{1,5})?");
    /** What some parser takes for a number, a date or a sexagesimal, and another for a text. */
    private static final Pattern DISPUTED = Pattern.compile("[-+]?\\.?[0-9][0-9_,]*([.:][0-9_:]*)*([eE][-+]?[0-9]+)?"
            + "|[-+]?0[xob][0-9A-Fa-f_]+|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)"
            + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \\t].*)?|=|<<");

    /** No parser in use takes y and n for booleans, though the YAML 1.1 text does. */
    /** A number to JSON and YAML 1.2; to some YAML 1.1 parsers a text, for want of a point or a sign. */
    private static final Pattern BARE_EXPONENT = Pattern.compile("[^.]*[eE].*|.*[eE][0-9]+");

    private static final Set<String> WORDS = Set.of("yes", "no", "on", "off");

    private PlainScalar() {}

    /** null, Boolean, Long, Double, or the text itself. */
    static Object value(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> null;
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE" -> false;
            default -> numberOrText(text);
        };
    }

    private static Object numberOrText(String text) {
        if (INTEGER.matcher(text).matches()) {
            return integer(text);
        }
        return FLOAT.matcher(text).matches() ? (Object) Double.valueOf(text) : text;
    }

    /** Whether a YAML 1.1 and a 1.2 parser read it differently. */
    static boolean disputed(String text) {
        return WORDS.contains(text.toLowerCase(java.util.Locale.ROOT))
                || (value(text) instanceof String && DISPUTED.matcher(text).matches())
                || (value(text) instanceof Double && BARE_EXPONENT.matcher(text).matches());
    }

    private static Object integer(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return Double.valueOf(text);
        }
    }
}
