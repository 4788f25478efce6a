package io.talflow.tal.parse;

import io.talflow.tal.model.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML or JSON document as a tree that knows where each part stands. */
public sealed interface Node {
    Position position();

    /** The plain JSON value. */
    Object value();

    /** What messages call it. */
    String kind();

    /** Fields in source order; {@code keys} has where each key stands. */
    record Mapping(Map<String, Node> fields, Map<String, Position> keys, Position position) implements Node {
        public Mapping {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            keys = Map.copyOf(keys);
        }

        /** The field, or null. */
        public Node get(String field) {
            return fields.get(field);
        }

        public Position keyPosition(String field) {
            return keys.getOrDefault(field, position);
        }

        @Override
        public Map<String, Object> value() {
            Map<String, Object> values = new LinkedHashMap<>();
            fields.forEach((name, field) -> values.put(name, field.value()));
            return values;
        }

        @Override
        public String kind() {
            return "a mapping";
        }
    }

    record Sequence(List<Node> items, Position position) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public List<Object> value() {
            List<Object> values = new ArrayList<>();
            items.forEach(item -> values.add(item.value()));
            return values;
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /** @param value null, Boolean, Long, Double or String */
    record Scalar(Object value, Position position) implements Node {
        @Override
        public String kind() {
            return value == null ? "nothing" : "'" + Names.shortened(String.valueOf(value)) + "'";
        }
    }
}
