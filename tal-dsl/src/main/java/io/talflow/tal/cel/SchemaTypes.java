package io.talflow.tal.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableMap;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CEL types of JSON Schemas. An object with declared properties becomes a struct, so that the compiler knows its fields;
 * the values behind it stay plain maps.
 */
final class SchemaTypes {
    private static final CelType OBJECT = MapType.create(SimpleType.STRING, SimpleType.DYN);
    private final Map<String, CelType> structs = new LinkedHashMap<>();

    /** Where the compiler finds the structs made so far. */
    CelTypeProvider provider() {
        return new Structs(ImmutableMap.copyOf(structs));
    }

    /** The type of a value of {@code schema}; {@code name} is what messages call an object. */
    CelType of(String name, Map<String, Object> schema) {
        Object type = schema.get("type");
        if (!(type instanceof String kind)) {
            return schema.containsKey("properties") ? object(name, schema) : SimpleType.DYN;
        }
        return switch (kind) {
            case "string" -> SimpleType.STRING;
            case "integer" -> SimpleType.INT;
            case "boolean" -> SimpleType.BOOL;
            case "array" -> ListType.create(items(name, schema));
            case "object" -> object(name, schema);
            default -> SimpleType.DYN;
        };
    }

    /** An event whose data has {@code schema}. */
    CelType event(String name, Map<String, Object> schema) {
        Map<String, CelType> fields = new LinkedHashMap<>();
        for (String attribute : List.of("id", "source", "type", "subject", "time")) {
            fields.put(attribute, SimpleType.STRING);
        }
        fields.put("data", schema.isEmpty() ? SimpleType.DYN : of(name + ".data", schema));
        return struct(name, fields);
    }

    private CelType items(String name, Map<String, Object> schema) {
        return schema.get("items") instanceof Map<?, ?> items ? of(name + "[]", asSchema(items)) : SimpleType.DYN;
    }

    private CelType object(String name, Map<String, Object> schema) {
        if (!(schema.get("properties") instanceof Map<?, ?> properties)
                || properties.isEmpty()
                || schema.get("additionalProperties") instanceof Map) {
            return OBJECT;
        }
        Map<String, CelType> fields = new LinkedHashMap<>();
        properties.forEach((field, of) -> fields.put(
                (String) field,
                of instanceof Map<?, ?> nested ? of(name + "." + field, asSchema(nested)) : SimpleType.DYN));
        return struct(name, fields);
    }

    private CelType struct(String name, Map<String, CelType> fields) {
        ImmutableMap<String, CelType> types = ImmutableMap.copyOf(fields);
        String typeName = "tal." + name.replaceAll("[^A-Za-z0-9_.]", "_");
        CelType struct = StructType.create(typeName, types.keySet(), field -> Optional.ofNullable(types.get(field)));
        structs.put(typeName, struct);
        return struct;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asSchema(Map<?, ?> schema) {
        return (Map<String, Object>) schema;
    }

    private static final class Structs implements CelTypeProvider {
        private final ImmutableMap<String, CelType> byName;

        Structs(ImmutableMap<String, CelType> byName) {
            this.byName = byName;
        }

        @Override
        public ImmutableCollection<CelType> types() {
            return byName.values();
        }

        @Override
        public Optional<CelType> findType(String name) {
            return Optional.ofNullable(byName.get(name));
        }
    }
}
