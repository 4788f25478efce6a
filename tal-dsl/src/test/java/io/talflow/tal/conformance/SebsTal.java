package io.talflow.tal.conformance;

import io.talflow.tal.conformance.Jq.Inexpressible;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A workflow of SeBS-Flow as TAL rules: {@code task}, and {@code map} over a list of the task before it, whose one state is
 * a task. A map's results take the list's place in the payload, which is otherwise empty.
 */
final class SebsTal {
    private final Map<String, Map<String, Object>> states;
    private final Map<String, Map<String, Object>> functions = new LinkedHashMap<>();
    private final List<Object> rules = new ArrayList<>();

    private SebsTal(Map<String, Map<String, Object>> states) {
        this.states = states;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> of(String workflow, Map<String, Object> definition) {
        SebsTal tal = new SebsTal((Map<String, Map<String, Object>>) definition.get("states"));
        tal.state(definition.get("root"), "", Map.of("when", "started"), "${ input }");
        return Map.of("tal", 1, "workflow", workflow, "functions", tal.functions, "rules", tal.rules);
    }

    /**
     * @param name null: the end
     * @param before the function before it
     * @param when the rule that leads to it
     * @param payload what it gets
     */
    private void state(Object name, String before, Map<String, Object> when, Object payload) {
        if (name == null) {
            rule(when, Map.of("complete", payload));
            return;
        }
        Map<String, Object> state = states.get(name);
        if (state.get("type").equals("map")) {
            map(state, before);
            return;
        }
        String function = function(state, "task " + name);
        rule(when, Map.of("invoke", function, "with", payload));
        state(state.get("next"), function, Map.of("when", Map.of("completed", function)), "${ event.data }");
    }

    private void map(Map<String, Object> map, String before) {
        if (before.isEmpty() || map.containsKey("common_params")) {
            throw new Inexpressible("map of the input, or with common_params: " + map);
        }
        String list = map.get("array").toString();
        emits(before).put(list, "stream");
        Map<?, ?> inner = (Map<?, ?>) ((Map<?, ?>) map.get("states")).get(map.get("root"));
        String function = function(inner, "map " + map.get("root"));
        String over = before + "." + list;
        rule(
                Map.of("when", Map.of("item", over), "fires", "each"),
                Map.of("invoke", function, "with", "${ event.data }"));
        state(
                map.get("next"),
                function,
                Map.of("when", Map.of("gather", Map.of("completed", function), "over", over)),
                Map.of(list, "${ values }"));
    }

    private String function(Map<?, ?> state, String what) {
        if (!"task".equals(state.get("type")) || state.containsKey("failure")) {
            throw new Inexpressible("%s: %s".formatted(what, state));
        }
        String function = state.get("func_name").toString();
        functions.put(function, new LinkedHashMap<>(Map.of("python", function + ".py")));
        return function;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> emits(String function) {
        return (Map<String, Object>) functions.get(function).computeIfAbsent("emits", any -> new LinkedHashMap<>());
    }

    private void rule(Map<String, Object> when, Map<String, Object> action) {
        Map<String, Object> rule = new LinkedHashMap<>(when);
        rule.put("do", action);
        rules.add(rule);
    }
}
