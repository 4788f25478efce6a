package io.talflow.tal.conformance;

import io.talflow.tal.Json;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The few words of jq that the data sets' workflows use, in CEL. */
final class Jq {
    private static final Pattern WORDS = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.)*\"|\\$?\\.?[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*|\\d+|\\.|[<>=!]=|[-<>+*/,:(){}\\[\\]]|\\s+");

    private Jq() {}

    /**
     * A jq expression in CEL.
     *
     * @param here what {@code .} is, in CEL
     * @param names what {@code $name} is
     * @throws Inexpressible for any other jq
     */
    static String toCel(String jq, String here, Map<String, String> names) {
        StringBuilder cel = new StringBuilder();
        Matcher word = WORDS.matcher(jq);
        int at = 0;
        while (word.find() && word.start() == at) {
            at = word.end();
            cel.append(word(word.group(), jq, here, names, jq.substring(at).stripLeading()));
        }
        if (at < jq.length()) {
            throw new Inexpressible("jq: " + jq);
        }
        return cel.toString();
    }

    private static String word(String word, String jq, String here, Map<String, String> names, String rest) {
        if (word.startsWith("$")) {
            String[] path = word.substring(1).split("\\.", 2);
            if (!names.containsKey(path[0])) {
                throw new Inexpressible("jq: %s in %s".formatted(word, jq));
            }
            return names.get(path[0]) + (path.length > 1 ? "." + path[1] : "");
        }
        if (word.startsWith(".")) {
            return word.equals(".") ? here : here + word;
        }
        if (!Character.isLetter(word.charAt(0))) {
            return word;
        }
        return switch (word) {
            case "and" -> "&&";
            case "or" -> "||";
            case "true", "false", "null" -> word;
            default -> {
                if (!rest.startsWith(":")) {
                    throw new Inexpressible("jq: %s in %s".formatted(word, jq));
                }
                yield Json.text(word);
            }
        };
    }

    /** A value of a document, whose strings may be {@code ${jq}}, as a CEL expression. */
    static String literal(Object value, String here, Map<String, String> names) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(field -> Json.text(field.getKey()) + ": " + literal(field.getValue(), here, names))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(each -> literal(each, here, names)).collect(Collectors.joining(", ", "[", "]"));
        }
        return value instanceof String text && text.startsWith("${")
                ? "(%s)".formatted(toCel(unwrapped(text), here, names))
                : Json.text(value);
    }

    /** The jq in {@code ${ }}, which a condition may leave out. */
    static String unwrapped(String text) {
        return text.startsWith("${") ? text.substring(2, text.length() - 1).strip() : text.strip();
    }

    /** What a construct has no counterpart for. */
    static final class Inexpressible extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Inexpressible(String what) {
            super(what);
        }
    }
}
