package io.talflow.tal.check;

import io.talflow.tal.JsonSchema;
import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.model.Position;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Problems;
import java.util.Map;
import java.util.Optional;

/** The declared schemas are JSON Schemas, and refer to nothing outside the document. */
final class UsableSchemas implements Checks.Check {
    @Override
    public void check(Subject subject, Problems problems) {
        Workflow workflow = subject.workflow();
        check("input", workflow.inputSchema(), new Position(1, 1), problems);
        for (EventDeclaration event : workflow.events().values()) {
            check("event %s: data".formatted(event.name()), event.dataSchema(), event.position(), problems);
        }
    }

    private static void check(String what, Map<String, Object> schema, Position at, Problems problems) {
        Optional<String> outside = outside(schema);
        if (outside.isPresent()) {
            problems.error("tal/bad-schema", at, "%s: $ref %s must start with '#'".formatted(what, outside.get()));
        } else {
            JsonSchema.fault(schema)
                    .ifPresent(fault ->
                            problems.error("tal/bad-schema", at, "%s: no JSON Schema: %s".formatted(what, fault)));
        }
    }

    private static Optional<String> outside(Object schema) {
        if (schema instanceof Map<?, ?> map) {
            Object reference = map.get("$ref");
            if (reference instanceof String text && !text.startsWith("#")) {
                return Optional.of(text);
            }
            return map.values().stream()
                    .flatMap(value -> outside(value).stream())
                    .findFirst();
        }
        return schema instanceof Iterable<?> items ? firstOutside(items) : Optional.empty();
    }

    private static Optional<String> firstOutside(Iterable<?> items) {
        for (Object item : items) {
            Optional<String> outside = outside(item);
            if (outside.isPresent()) {
                return outside;
            }
        }
        return Optional.empty();
    }
}
