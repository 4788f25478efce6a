package io.talflow.tal.event;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Values that events carry by reference: {@code {"$data": {of, name, type, bytes, crc32c, href}}}. Everything but {@code
 * href} says which value it is; {@code href} says where it lies, which is another place when a function runs again.
 */
public final class References {
    /** The field that tells a reference from another object. */
    public static final String FIELD = "$data";

    /** Where the value lies. */
    public static final String HREF = "href";

    private static final byte[] MARK = ("\"" + FIELD + "\"").getBytes(StandardCharsets.UTF_8);

    private References() {}

    /** False is certain; true means that a reference may be in it. */
    public static boolean mayBeIn(byte[] json) {
        for (int at = 0; at <= json.length - MARK.length; at++) {
            if (java.util.Arrays.equals(json, at, at + MARK.length, MARK, 0, MARK.length)) {
                return true;
            }
        }
        return false;
    }

    /** The reference in a value that leads to a place with this id: its fields; empty if there is none. */
    public static Optional<Map<?, ?>> leadingTo(String id, Object value) {
        if (value instanceof List<?> list) {
            return first(id, list);
        }
        if (!(value instanceof Map<?, ?> object)) {
            return Optional.empty();
        }
        if (object.get(FIELD) instanceof Map<?, ?> data
                && data.get(HREF) instanceof String href
                && href.contains("/" + id + "?")) {
            return Optional.of(data);
        }
        return first(id, object.values());
    }

    /** Ids of the places that the references in a value lead to. */
    public static Set<String> ids(Object value) {
        Set<String> ids = new LinkedHashSet<>();
        addIds(value, ids);
        return ids;
    }

    private static void addIds(Object value, Set<String> ids) {
        if (value instanceof List<?> list) {
            list.forEach(one -> addIds(one, ids));
        } else if (value instanceof Map<?, ?> object) {
            if (object.get(FIELD) instanceof Map<?, ?> data && data.get(HREF) instanceof String href) {
                String path = href.split("\\?", 2)[0];
                ids.add(path.substring(path.lastIndexOf('/') + 1));
            }
            object.values().forEach(field -> addIds(field, ids));
        }
    }

    private static Optional<Map<?, ?>> first(String id, Collection<?> values) {
        for (Object value : values) {
            Optional<Map<?, ?>> found = leadingTo(id, value);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The value with its references, but not where they lead. */
    public static Object withoutPlaces(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(References::withoutPlaces).toList();
        }
        if (!(value instanceof Map<?, ?> object)) {
            return value;
        }
        Map<Object, Object> result = new LinkedHashMap<>();
        object.forEach((name, field) -> {
            if (name.equals(FIELD) && field instanceof Map<?, ?> data) {
                Map<Object, Object> identity = new LinkedHashMap<>(data);
                identity.remove(HREF);
                result.put(name, identity);
            } else {
                result.put(name, withoutPlaces(field));
            }
        });
        return result;
    }
}
