package io.talflow.tal.print;

import io.talflow.tal.model.Action;
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
        if (!invoke.with().equals(TemplatePrinter.NOTHING)) {
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
    public Map<String, Object> emit(Action.Emit emit) {
        Map<String, Object> event = one("type", emit.type());
        emit.subject().ifPresent(subject -> event.put("subject", TemplatePrinter.json(subject)));
        if (!emit.data().equals(TemplatePrinter.NOTHING)) {
            event.put("data", TemplatePrinter.json(emit.data()));
        }
        return one("emit", event);
    }

    @Override
    public Map<String, Object> start(Action.Start start) {
        Map<String, Object> fields = one("start", start.workflow());
        if (!start.as().equals(start.workflow().replace('-', '_'))) {
            fields.put("as", start.as());
        }
        if (!start.with().equals(TemplatePrinter.NOTHING)) {
            fields.put("with", TemplatePrinter.json(start.with()));
        }
        return fields;
    }

    @Override
    public Map<String, Object> cancel(Action.Cancel cancel) {
        return one("cancel", cancel.node());
    }

    @Override
    public Map<String, Object> enable(Action.Enable enable) {
        return one(enable.enabled() ? "enable" : "disable", enable.rule());
    }

    @Override
    public Map<String, Object> add(Action.Add add) {
        return one("add", TalPrinter.rule(add.rule(), add.given()));
    }

    @Override
    public Map<String, Object> complete(Action.Complete complete) {
        return one("complete", TemplatePrinter.json(complete.output()));
    }

    @Override
    public Map<String, Object> fail(Action.Fail fail) {
        Object error = TemplatePrinter.json(fail.error());
        if (fail.compensate() && error instanceof Map<?, ?> fields) {
            Map<String, Object> told = new LinkedHashMap<>();
            fields.forEach((name, value) -> told.put((String) name, value));
            told.put("compensate", true);
            return one("fail", told);
        }
        return one("fail", error);
    }

    private static Map<String, Object> one(String head, Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(head, value);
        return fields;
    }
}
