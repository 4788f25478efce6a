package io.talflow.tal.print;

import io.talflow.tal.Json;
import io.talflow.tal.model.Action;
import io.talflow.tal.model.EventExpression;
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
            workflow.events().forEach((name, event) -> events.put(name, DeclarationPrinter.event(event)));
            document.put("events", events);
        }
        workflow.start().ifPresent(start -> document.put("start", DeclarationPrinter.start(start)));
        if (!workflow.deadline().equals(Workflow.DEFAULT_DEADLINE)) {
            document.put("deadline", Durations.print(workflow.deadline()));
        }
        if (!workflow.limits().equals(Workflow.Limits.DEFAULT)) {
            document.put(
                    "limits", Map.of("eventsPerSecond", (long) workflow.limits().eventsPerSecond()));
        }
        if (!workflow.functions().isEmpty()) {
            Map<String, Object> functions = new LinkedHashMap<>();
            workflow.functions()
                    .forEach((name, function) -> functions.put(name, DeclarationPrinter.function(function)));
            document.put("functions", functions);
        }
        document.put("rules", workflow.rules().stream().map(TalPrinter::rule).toList());
        return document;
    }

    /** What a rule waits for as a JSON value. */
    public static Object expression(EventExpression expression) {
        return expression.accept(new ExpressionPrinter());
    }

    /** A rule as a JSON value, as a document holds it. */
    public static Map<String, Object> rule(Rule rule) {
        return rule(rule, TemplatePrinter.NOTHING);
    }

    /** @param given of an added rule; an empty object: none */
    static Map<String, Object> rule(Rule rule, Template given) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", rule.id());
        if (!given.equals(TemplatePrinter.NOTHING)) {
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
