package io.talflow.tal.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value with CEL in it. */
public sealed interface Template {
    /** The value as it stands; null, Boolean, Long, Double, String, List or Map. */
    record Literal(Object value) implements Template {
        public static final Literal NULL = new Literal(null);
    }

    /** A string that was wholly one {@code ${ }}: keeps the type of its value. */
    record Expression(String cel, Position position) implements Template {}

    /** Text with {@code ${ }} inside: parts are {@link Literal} strings and {@link Expression}s. */
    record Text(List<Template> parts) implements Template {
        public Text {
            parts = List.copyOf(parts);
        }
    }

    record Array(List<Template> items) implements Template {
        public Array {
            items = List.copyOf(items);
        }
    }

    record Struct(Map<String, Template> fields) implements Template {
        public Struct {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }
    }
}
