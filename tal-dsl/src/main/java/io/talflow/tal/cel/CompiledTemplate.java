package io.talflow.tal.cel;

import io.talflow.tal.Json;
import io.talflow.tal.model.Template;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A template whose expressions are compiled; thread-safe. */
public final class CompiledTemplate {
    private final Part root;
    private final Mentions mentions;

    private interface Part {
        Object render(Scope scope);
    }

    private CompiledTemplate(Part root, Mentions mentions) {
        this.root = root;
        this.mentions = mentions;
    }

    /** @throws InvalidCel if an expression does not compile; a validated workflow's always does */
    public static CompiledTemplate of(Template template, CelEnvironment environment) {
        Compiler compiler = new Compiler(environment);
        Part root = compiler.part(template);
        return new CompiledTemplate(root, compiler.mentions);
    }

    /**
     * The JSON value.
     *
     * @throws ExpressionFailed if an expression fails
     */
    public Object render(Scope scope) {
        return root.render(scope);
    }

    public Mentions mentions() {
        return mentions;
    }

    private static final class Compiler {
        private final CelEnvironment environment;
        private Mentions mentions = Mentions.NONE;

        Compiler(CelEnvironment environment) {
            this.environment = environment;
        }

        Part part(Template template) {
            if (template instanceof Template.Literal literal) {
                return scope -> literal.value();
            }
            if (template instanceof Template.Expression expression) {
                CompiledExpression compiled = CompiledExpression.of(expression, environment);
                mentions = mentions.and(compiled.mentions());
                return compiled::evaluate;
            }
            if (template instanceof Template.Text text) {
                return text(text.parts().stream().map(this::part).toList());
            }
            if (template instanceof Template.Array array) {
                return array(array.items().stream().map(this::part).toList());
            }
            Map<String, Part> fields = new LinkedHashMap<>();
            ((Template.Struct) template).fields().forEach((name, field) -> fields.put(name, part(field)));
            return struct(fields);
        }

        private static Part text(List<Part> parts) {
            return scope -> {
                StringBuilder text = new StringBuilder();
                for (Part part : parts) {
                    Object value = part.render(scope);
                    text.append(value instanceof String string ? string : Json.text(value));
                }
                return text.toString();
            };
        }

        private static Part array(List<Part> items) {
            return scope -> {
                List<Object> values = new ArrayList<>(items.size());
                items.forEach(item -> values.add(item.render(scope)));
                return values;
            };
        }

        private static Part struct(Map<String, Part> fields) {
            return scope -> {
                Map<String, Object> values = new LinkedHashMap<>();
                fields.forEach((name, field) -> values.put(name, field.render(scope)));
                return values;
            };
        }
    }
}
