package io.talflow.tal.importer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Python condition over {@code INPUT.x} and {@code FUNCTION.parameter} as CEL: comparisons, {@code and}, {@code or},
 * {@code not}, parentheses, numbers, text, {@code True}, {@code False}, {@code None}. A reference that stands alone is
 * tested for Python's truth; one that has no value is false, and so is a comparison with it.
 */
final class PythonCondition {
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(?:(?<op><=|>=|==|!=|<|>)|(?<paren>[()])|(?<number>-?\\d+(?:\\.\\d+)?)"
                    + "|(?<text>'[^'\\\\]*'|\"[^\"\\\\]*\")|(?<name>[A-Za-z_][\\w-]*(?:\\.[\\w-]+)*))\\s*");
    private static final Set<String> COMPARE = Set.of("<=", ">=", "==", "!=", "<", ">");

    private final List<String> tokens;
    private int at;

    private PythonCondition(List<String> tokens) {
        this.tokens = tokens;
    }

    /** The condition in CEL; nothing if it has more than this reads. */
    static Optional<String> toCel(String python) {
        Matcher matcher = TOKEN.matcher(python);
        List<String> tokens = new ArrayList<>();
        int end = 0;
        while (end < python.length() && matcher.find(end) && matcher.start() == end) {
            tokens.add(matcher.group().strip());
            end = matcher.end();
        }
        if (end < python.length() || tokens.isEmpty()) {
            return Optional.empty();
        }
        try {
            PythonCondition condition = new PythonCondition(tokens);
            String cel = condition.or();
            return condition.at == tokens.size() ? Optional.of(cel) : Optional.empty();
        } catch (NotRead e) {
            return Optional.empty();
        }
    }

    private String or() {
        StringBuilder cel = new StringBuilder(and());
        while (take("or")) {
            cel.append(" || ").append(and());
        }
        return cel.toString();
    }

    private String and() {
        StringBuilder cel = new StringBuilder(not());
        while (take("and")) {
            cel.append(" && ").append(not());
        }
        return cel.toString();
    }

    private String not() {
        if (take("not")) {
            return "!(" + not() + ")";
        }
        if (take("(")) {
            String inner = or();
            if (!take(")")) {
                throw new NotRead();
            }
            return "(" + inner + ")";
        }
        return comparison();
    }

    private String comparison() {
        Set<String> needed = new LinkedHashSet<>();
        String left = operand(needed);
        if (at < tokens.size() && COMPARE.contains(tokens.get(at))) {
            String operator = tokens.get(at++);
            String right = operand(needed);
            needed.add("%s %s %s".formatted(left, operator, right));
        } else {
            needed.add("!(%s in [false, 0, 0.0, \"\", null])".formatted(left));
        }
        return "(" + String.join(" && ", needed) + ")";
    }

    /** @param needed takes what must hold for the operand to have a value */
    private String operand(Set<String> needed) {
        if (at == tokens.size()) {
            throw new NotRead();
        }
        String token = tokens.get(at++);
        char first = token.charAt(0);
        if (first == '\'' || first == '"') {
            return quoted(token.substring(1, token.length() - 1));
        }
        if (Character.isDigit(first) || first == '-') {
            return token;
        }
        return switch (token) {
            case "True" -> "true";
            case "False" -> "false";
            case "None" -> "null";
            default -> reference(token, needed);
        };
    }

    private static String reference(String token, Set<String> needed) {
        int dot = token.indexOf('.');
        if (dot < 0) {
            throw new NotRead();
        }
        String source = token.substring(0, dot);
        String parameter = quoted(token.substring(dot + 1));
        String of = "input";
        if (!source.equals("INPUT")) {
            needed.add(quoted(source) + " in results");
            of = "results[%s]".formatted(quoted(source));
        }
        needed.add("%s in %s".formatted(parameter, of));
        // CEL takes the type of an element of what it does not know from the first overload it tries; dyn() keeps it
        // open.
        return "dyn(%s[%s])".formatted(of, parameter);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private boolean take(String token) {
        if (at < tokens.size() && tokens.get(at).equals(token)) {
            at++;
            return true;
        }
        return false;
    }

    private static final class NotRead extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotRead() {
            super("not read", null, false, false);
        }
    }
}
