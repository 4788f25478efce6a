package io.talflow.tal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A JSON Schema (2020-12) to hold values against. */
public final class JsonSchema {
    private static final int MOST_ERRORS_TOLD = 5;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonSchema ANYTHING = new JsonSchema(null);

    private final Schema schema;

    private JsonSchema(Schema schema) {
        this.schema = schema;
    }

    /** @param schema as a JSON value; empty accepts anything */
    public static JsonSchema of(Map<String, Object> schema) {
        if (schema.isEmpty()) {
            return ANYTHING;
        }
        JsonNode tree = MAPPER.valueToTree(schema);
        return new JsonSchema(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(tree));
    }

    /** Why a JSON value is not a usable schema; nothing if it is one. */
    public static Optional<String> fault(Map<String, Object> schema) {
        if (schema.isEmpty()) {
            return Optional.empty();
        }
        try {
            List<Error> errors = Meta.SCHEMA.validate(MAPPER.<JsonNode>valueToTree(schema));
            if (!errors.isEmpty()) {
                return Optional.of(errors.get(0).toString());
            }
            of(schema).check(Map.of());
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage())
                    .replaceFirst("^[\\w.]+Exception: ", "")
                    .replaceFirst("(?s)\\n.*", ""));
        }
    }

    /** What is wrong with a value, in one line; null if nothing is. */
    public String check(Object value) {
        if (schema == null) {
            return null;
        }
        List<Error> errors = schema.validate(MAPPER.<JsonNode>valueToTree(value));
        if (errors.isEmpty()) {
            return null;
        }
        return errors.stream().limit(MOST_ERRORS_TOLD).map(Error::toString).collect(Collectors.joining("; "));
    }

    /** Read on first use: it takes a moment, and most programs never check a schema. */
    private static final class Meta {
        private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    }
}
