package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.cel.CompiledExpression;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a rule's condition looked at when it did not hold, for whoever asks why the rule has not fired. */
final class Looked {
    private static final int MAX_VALUE = 200;

    private Looked() {}

    static byte[] row(CompiledRule rule, TaskScope scope, Occurrence last, TaskRun run) {
        CompiledExpression condition = rule.condition().orElseThrow();
        Map<String, Object> looked = new LinkedHashMap<>();
        looked.put("condition", rule.rule().condition().orElseThrow().cel());
        looked.put("value", false);
        looked.put("event", last.id());
        looked.put("at", run.nowMillis());
        Map<String, Object> values = new LinkedHashMap<>();
        for (List<String> path : condition.paths()) {
            values.put(String.join(".", path), shortened(at(scope.get(path.get(0)), path.subList(1, path.size()))));
        }
        looked.put("values", values);
        return Json.bytes(looked);
    }

    private static Object at(Object value, List<String> fields) {
        Object found = value;
        for (String field : fields) {
            found = found instanceof Map<?, ?> map ? map.get(field) : null;
        }
        return found;
    }

    private static Object shortened(Object value) {
        String text = Json.text(value);
        return text.length() <= MAX_VALUE ? value : text.substring(0, MAX_VALUE) + "…";
    }
}
