package io.talflow.tal.print;

import io.talflow.tal.model.Template;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A template as the JSON value it was read from. */
final class TemplatePrinter {
    /** What is left out when it is printed. */
    static final Template NOTHING = new Template.Struct(Map.of());

    private TemplatePrinter() {}

    static Object json(Template template) {
        if (template instanceof Template.Literal literal) {
            return literal.value() instanceof String text ? escaped(text) : literal.value();
        }
        if (template instanceof Template.Expression expression) {
            return "${ " + expression.cel() + " }";
        }
        if (template instanceof Template.Text text) {
            return text.parts().stream().map(part -> (String) json(part)).collect(Collectors.joining());
        }
        if (template instanceof Template.Array array) {
            return array.items().stream()
                    .map(TemplatePrinter::json)
                    .collect(Collectors.toCollection(java.util.ArrayList::new));
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        ((Template.Struct) template).fields().forEach((name, field) -> fields.put(name, json(field)));
        return fields;
    }

    private static String escaped(String text) {
        return text.replace("${", "$${");
    }
}
