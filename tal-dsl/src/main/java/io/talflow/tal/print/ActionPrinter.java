package io.talflow.tal.print;

import io.talflow.tal.model.Action;
import io.talflow.tal.model.Template;
import java.util.LinkedHashMap;
import java.util.Map;

/** An action as its TAL mapping. */
final class ActionPrinter implements Action.Visitor<Map<String, Object>> {
    @Override
    public Map<String, Object> invoke(Action.Invoke invoke) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("invoke", invoke.function());
        if (!invoke.as().equals(invoke.function())) {
            fields.put("as", invoke.as());
        }
        if (!(invoke.with() instanceof Template.Struct struct && struct.fields().isEmpty())) {
            fields.put("with", TemplatePrinter.json(invoke.with()));
        }
        return fields;
    }

    @Override
    public Map<String, Object> set(Action.Set set) {
        return one("set", TemplatePrinter.json(set.patch()));
    }

    @Override
    public Map<String, Object> skip(Action.Skip skip) {
        return one("skip", skip.node());
    }

    @Override
    public Map<String, Object> complete(Action.Complete complete) {
        return one("complete", TemplatePrinter.json(complete.output()));
    }

    @Override
    public Map<String, Object> fail(Action.Fail fail) {
        return one("fail", TemplatePrinter.json(fail.error()));
    }

    private static Map<String, Object> one(String head, Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(head, value);
        return fields;
    }
}
