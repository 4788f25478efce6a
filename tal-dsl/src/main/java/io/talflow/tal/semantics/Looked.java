package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.cel.CompiledExpression;
import io.talflow.tal.print.TalPrinter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a rule's condition, or a leaf's filter, looked at when it did not hold, for whoever asks why the rule has not fired. */
final class Looked {
    private static final int MAX_VALUE = 200;

    private Looked() {}

    /** {@code b/R}: of a rule's condition. */
    static byte[] row(CompiledRule rule, TaskScope scope, Occurrence last, TaskRun run) {
        Map<String, Object> looked = new LinkedHashMap<>();
        looked.put("condition", rule.rule().condition().orElseThrow().cel());
        return row(looked, rule.condition().orElseThrow(), scope, last, run);
    }

    /** {@code y/R}: of a leaf's filter. */
    static byte[] row(CompiledRule rule, CompiledRule.Node leaf, Occurrence refused, TaskRun run) {
        Map<String, Object> looked = new LinkedHashMap<>();
        looked.put("leaf", TalPrinter.expression(leaf.expression()));
        TaskScope scope = new TaskScope(run.state, run.header, rule, refused);
        return row(looked, rule.filter(leaf.number()), scope, refused, run);
    }

    private static byte[] row(
            Map<String, Object> looked, CompiledExpression condition, TaskScope scope, Occurrence last, TaskRun run) {
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
