package io.talflow.tal.print;

import io.talflow.tal.Json;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventDeclaration;
import io.talflow.tal.model.EventExpression;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Rule;
import io.talflow.tal.model.Template;
import io.talflow.tal.model.Workflow;
import io.talflow.tal.parse.Durations;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints a workflow as TAL in JSON, which reads back to an equal workflow but for positions. Defaults are left out. */
public final class TalPrinter {
    private TalPrinter() {}

    public static String json(Workflow workflow) {
        return Json.pretty(tree(workflow)) + "\n";
    }

    /** The document as a JSON value. */
    public static Map<String, Object> tree(Workflow workflow) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("tal", 1L);
        document.put("workflow", workflow.name());
        if (!workflow.inputSchema().isEmpty()) {
            document.put("input", workflow.inputSchema());
        }
        if (!workflow.events().isEmpty()) {
            Map<String, Object> events = new LinkedHashMap<>();
            workflow.events().forEach((name, event) -> events.put(name, event(event)));
            document.put("events", events);
        }
        if (!workflow.functions().isEmpty()) {
            Map<String, Object> functions = new LinkedHashMap<>();
            workflow.functions().forEach((name, function) -> functions.put(name, function(function)));
            document.put("functions", functions);
        }
        document.put("rules", workflow.rules().stream().map(TalPrinter::rule).toList());
        return document;
    }

    /** What a rule waits for as a JSON value. */
    public static Object expression(EventExpression expression) {
        return expression.accept(new ExpressionPrinter());
    }

    private static Map<String, Object> event(EventDeclaration event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", event.type());
        event.topic().ifPresent(topic -> fields.put("topic", topic));
        if (!event.dataSchema().isEmpty()) {
            fields.put("data", event.dataSchema());
        }
        return fields;
    }

    private static Map<String, Object> function(Function function) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (function.executor() instanceof Function.Executor.Python python) {
            fields.put(
                    "python",
                    python.handler().equals("handler") ? python.file() : python.file() + ":" + python.handler());
        } else if (function.executor() instanceof Function.Executor.Http http) {
            fields.put("http", http.url());
        } else if (function.executor() instanceof Function.Executor.Replay replay) {
            fields.put("replay", Map.of("runtime", Durations.print(replay.runtime())));
        }
        if (!function.emits().isEmpty()) {
            Map<String, Object> emits = new LinkedHashMap<>();
            function.emits().forEach((name, datum) -> emits.put(name, datum(datum)));
            fields.put("emits", emits);
        }
        if (!function.timeout().equals(Function.DEFAULT_TIMEOUT)) {
            fields.put("timeout", Durations.print(function.timeout()));
        }
        return fields;
    }

    private static Object datum(Function.Datum datum) {
        String kind = switch (datum.kind()) {
            case VALUE -> "value";
            case STREAM -> "stream";
        };
        if (datum.bytes() < 0 && datum.slices() == 1) {
            return kind;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", kind);
        if (datum.bytes() >= 0) {
            fields.put("bytes", datum.bytes());
        }
        if (datum.slices() != 1) {
            fields.put("slices", (long) datum.slices());
        }
        return fields;
    }

    /** A rule as a JSON value, as an element of {@code rules}. */
    public static Map<String, Object> rule(Rule rule) {
        return rule(rule, Template.Literal.NULL);
    }

    /** @param given of an added rule; the literal null: none */
    static Map<String, Object> rule(Rule rule, Template given) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", rule.id());
        if (!given.equals(Template.Literal.NULL)) {
            fields.put("given", TemplatePrinter.json(given));
        }
        fields.put("when", rule.when().accept(new ExpressionPrinter()));
        rule.condition().ifPresent(condition -> fields.put("if", TemplatePrinter.json(condition)));
        if (rule.fires() == Rule.Fires.EACH) {
            fields.put("fires", "each");
        }
        if (rule.maxConcurrency() > 0) {
            fields.put("maxConcurrency", (long) rule.maxConcurrency());
        }
        if (!rule.enabled()) {
            fields.put("enabled", false);
        }
        fields.put("do", actions(rule.reactions().actions()));
        reaction(fields, "else", rule.reactions().otherwise());
        reaction(fields, "onTimeout", rule.reactions().onTimeout());
        reaction(fields, "onFailed", rule.reactions().onFailed());
        return fields;
    }

    private static void reaction(Map<String, Object> fields, String key, List<Action> actions) {
        if (!actions.isEmpty()) {
            fields.put(key, actions(actions));
        }
    }

    private static Object actions(List<Action> actions) {
        List<Map<String, Object>> printed = actions.stream()
                .map(action -> action.accept(new ActionPrinter()))
                .toList();
        return printed.size() == 1 ? printed.get(0) : printed;
    }
}
