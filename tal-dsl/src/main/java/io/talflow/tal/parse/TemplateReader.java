package io.talflow.tal.parse;

import io.talflow.tal.model.Position;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the {@code ${ }} in a value. Two dollar signs and a brace stand for a plain dollar sign and a brace. */
public final class TemplateReader {
    private final Problems problems;

    public TemplateReader(Problems problems) {
        this.problems = problems;
    }

    /** @param node null reads as the literal null */
    public Template read(Node node) {
        if (node == null) {
            return Template.Literal.NULL;
        }
        if (node instanceof Node.Sequence sequence) {
            return new Template.Array(sequence.items().stream().map(this::read).toList());
        }
        if (node instanceof Node.Mapping mapping) {
            Map<String, Template> fields = new LinkedHashMap<>();
            mapping.fields().forEach((name, field) -> fields.put(name, read(field)));
            return new Template.Struct(fields);
        }
        Object value = node.value();
        return value instanceof String text ? text(text, node.position()) : new Template.Literal(value);
    }

    /** An expression alone, as {@code if} takes; null after reporting anything else. */
    private Template.Expression expression(Node node, String where) {
        if (read(node) instanceof Template.Expression expression) {
            return expression;
        }
        problems.error(
                "tal/not-an-expression",
                node.position(),
                "%s: must be one expression, \"${ … }\", is %s".formatted(where, node.kind()));
        return null;
    }

    /** The {@code if} of a mapping, if it has one. */
    public Optional<Template.Expression> condition(Fields fields) {
        return expression(fields, "if");
    }

    /** The expression under a key; nothing if it is absent, or after reporting anything else. */
    Optional<Template.Expression> expression(Fields fields, String key) {
        return fields.has(key) ? Optional.ofNullable(expression(fields.node(key), key)) : Optional.empty();
    }

    private Template text(String text, Position at) {
        List<Template> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        int index = 0;
        while (index < text.length()) {
            if (text.startsWith("$${", index)) {
                plain.append("${");
                index += 3;
            } else if (text.startsWith("${", index)) {
                int end = end(text, index + 2);
                if (end < 0) {
                    problems.error(
                            "tal/unclosed-expression",
                            at,
                            "'${' without its '}' in '%s'; if ' #' cut it off as a comment, quote it: \"${ … }\""
                                    .formatted(Names.shortened(text)));
                    return new Template.Literal(text);
                }
                if (plain.length() > 0) {
                    parts.add(new Template.Literal(plain.toString()));
                    plain.setLength(0);
                }
                parts.add(new Template.Expression(text.substring(index + 2, end).strip(), at));
                index = end + 1;
            } else {
                plain.append(text.charAt(index));
                index++;
            }
        }
        if (parts.isEmpty()) {
            return new Template.Literal(plain.toString());
        }
        if (parts.size() == 1 && plain.length() == 0 && parts.get(0) instanceof Template.Expression) {
            return parts.get(0);
        }
        if (plain.length() > 0) {
            parts.add(new Template.Literal(plain.toString()));
        }
        return new Template.Text(parts);
    }

    /** Where the expression that starts at {@code from} ends: braces nest, and text in quotes is not looked at. */
    private static int end(String text, int from) {
        int depth = 0;
        char quote = 0;
        for (int index = from; index < text.length(); index++) {
            char c = text.charAt(index);
            if (quote != 0) {
                if (c == '\\') {
                    index++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && depth-- == 0) {
                return index;
            }
        }
        return -1;
    }
}
