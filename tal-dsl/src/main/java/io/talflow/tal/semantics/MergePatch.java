package io.talflow.tal.semantics;

import java.util.LinkedHashMap;
import java.util.Map;

/** JSON merge patch. See <a href="https://www.rfc-editor.org/rfc/rfc7386">RFC 7386</a>. */
final class MergePatch {
    private MergePatch() {}

    static Object apply(Object target, Object patch) {
        if (!(patch instanceof Map<?, ?> changes)) {
            return patch;
        }
        Map<String, Object> result = new LinkedHashMap<>();
        if (target instanceof Map<?, ?> old) {
            old.forEach((name, value) -> result.put((String) name, value));
        }
        changes.forEach((name, value) -> {
            if (value == null) {
                result.remove(name);
            } else {
                result.put((String) name, apply(result.get(name), value));
            }
        });
        return result;
    }
}
