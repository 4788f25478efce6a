package io.talflow.tal.cel;

import dev.cel.common.values.NullValue;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A JSON value as CEL wants it: it has a null of its own, and takes Java's inside a list or map for a value that is not
 * known. Views convert what is looked at, so that a join over thousands of results costs nothing to an expression that
 * only hands it on.
 */
final class JsonView {
    private JsonView() {}

    static Object of(Object json) {
        if (json == null) {
            return NullValue.NULL_VALUE;
        }
        if (json instanceof List<?> list) {
            return new ListView(list);
        }
        return json instanceof Map<?, ?> map ? new MapView(map) : json;
    }

    /** A list that shows {@code json}. */
    static final class ListView extends AbstractList<Object> {
        final List<?> json;

        ListView(List<?> json) {
            this.json = json;
        }

        @Override
        public Object get(int index) {
            return of(json.get(index));
        }

        @Override
        public int size() {
            return json.size();
        }
    }

    /** A map that shows {@code json}. */
    static final class MapView extends AbstractMap<Object, Object> {
        final Map<?, ?> json;

        MapView(Map<?, ?> json) {
            this.json = json;
        }

        @Override
        public boolean containsKey(Object key) {
            return json.containsKey(key);
        }

        @Override
        public Object get(Object key) {
            Object value = json.get(key);
            return value == null && !json.containsKey(key) ? null : of(value);
        }

        @Override
        public int size() {
            return json.size();
        }

        @Override
        public Set<Map.Entry<Object, Object>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Map.Entry<Object, Object>> iterator() {
                    return json.entrySet().stream()
                            .map(entry -> Map.<Object, Object>entry(entry.getKey(), of(entry.getValue())))
                            .iterator();
                }

                @Override
                public int size() {
                    return json.size();
                }
            };
        }
    }
}
