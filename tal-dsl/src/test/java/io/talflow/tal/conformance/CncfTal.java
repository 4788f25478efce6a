package io.talflow.tal.conformance;

import io.talflow.tal.conformance.Jq.Inexpressible;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A CNCF Serverless Workflow 1.0 document as TAL rules. Each of its tasks begins at an event of the workflow's own that
 * carries the task's input, {@code v}, and the variables in scope, {@code vars}; a flow directive is an {@code emit}.
 */
final class CncfTal {
    private static final String V = "event.data.v";
    private static final String VARS = "event.data.vars";

    private final String workflow;
    private final Map<String, Object> events = new LinkedHashMap<>();
    private final List<Object> rules = new ArrayList<>();

    private CncfTal(String workflow) {
        this.workflow = workflow;
    }

    /**
     * The TAL document.
     *
     * @param heard CloudEvents types that come from outside, each by the topic of its name, to the task of key {@code k}:
     *     a TAL workflow hears what it declares, and an event finds one task
     */
    @SuppressWarnings("unchecked")
    static Map<String, Object> of(Map<String, Object> document, List<String> heard) {
        CncfTal tal = new CncfTal(name(document));
        heard.forEach(type -> tal.events.put(heardAs(type), Map.of("type", type, "topic", type, "key", "${ \"k\" }")));
        List<Map<String, Map<String, Object>>> tasks = (List<Map<String, Map<String, Object>>>) document.get("do");
        Step end = (value, vars) -> List.of(Map.of("complete", "${ %s }".formatted(value)));
        Step entry = tal.sequence(tasks, new Scope(Map.of("input", V), end, tal::fails));
        tal.rules.add(0, Map.of("when", "started", "do", entry.go("input", "{}")));
        return Map.of("tal", 1, "workflow", tal.workflow, "events", tal.events, "rules", tal.rules);
    }

    @SuppressWarnings("unchecked")
    static String name(Map<String, Object> document) {
        return ((Map<String, Object>) document.get("document")).get("name").toString();
    }

    static String heardAs(String type) {
        return type.replaceAll("[^A-Za-z0-9]", "_");
    }

    /** Where the flow goes next: the actions that pass a value and the variables there, both CEL. */
    private interface Step {
        List<Object> go(String value, String vars);
    }

    /**
     * What surrounds a task.
     *
     * @param names what {@code $name} is, in CEL
     * @param end where its sequence goes on
     * @param raised where an error goes
     */
    private record Scope(Map<String, String> names, Step end, Step raised) {
        Scope with(Step otherEnd) {
            return new Scope(names, otherEnd, raised);
        }
    }

    /** @return where it begins */
    private Step sequence(List<Map<String, Map<String, Object>>> tasks, Scope scope) {
        Map<String, Step> entries = new LinkedHashMap<>();
        Map<String, String> begins = new LinkedHashMap<>();
        tasks.forEach(task -> task.keySet().forEach(name -> {
            begins.put(name, event(name));
            entries.put(name, to(begins.get(name)));
        }));
        List<String> names = List.copyOf(begins.keySet());
        for (int index = 0; index < names.size(); index++) {
            String name = names.get(index);
            Map<String, Object> task = tasks.get(index).get(name);
            Step following = index + 1 < names.size() ? entries.get(names.get(index + 1)) : scope.end;
            Step next = directive(task.get("then"), following, entries, scope);
            String begin = begins.get(name);
            if (task.get("if") instanceof String condition) {
                String held = event(name);
                rule(begin, condition(condition, V, scope), to(held).go(V, VARS), next.go(V, VARS));
                begin = held;
            }
            if (task.get("input") instanceof Map<?, ?> input) {
                String shaped = event(name);
                String from = Jq.toCel(Jq.unwrapped(input.get("from").toString()), V, scope.names);
                rule(begin, to(shaped).go(from, VARS));
                begin = shaped;
            }
            task(name, task, begin, scope.with(next), entries);
        }
        return entries.values().iterator().next();
    }

    private static Step directive(Object then, Step following, Map<String, Step> entries, Scope scope) {
        if (then == null || then.equals("continue")) {
            return following;
        }
        if (then.equals("exit") || then.equals("end")) {
            return scope.end;
        }
        if (!entries.containsKey(then.toString())) {
            throw new Inexpressible("then: " + then);
        }
        return entries.get(then.toString());
    }

    @SuppressWarnings("unchecked")
    private void task(String name, Map<String, Object> task, String begin, Scope scope, Map<String, Step> entries) {
        List<Object> next = scope.end.go(V, VARS);
        if (task.containsKey("set")) {
            rule(begin, scope.end.go(Jq.literal(task.get("set"), V, scope.names), VARS));
        } else if (task.get("switch") instanceof List<?> cases) {
            choice((List<Map<String, Map<String, Object>>>) cases, begin, scope, entries);
        } else if (task.get("emit") instanceof Map<?, ?> emit) {
            Map<?, ?> with = (Map<?, ?>) ((Map<?, ?>) emit.get("event")).get("with");
            String data = "${ %s }".formatted(Jq.literal(with.get("data"), V, scope.names));
            Object sent = Map.of("emit", Map.of("type", with.get("type"), "data", data));
            rule(begin, concat(List.of(sent), next));
        } else if (task.get("raise") instanceof Map<?, ?> raise) {
            rule(begin, scope.raised.go(Jq.literal(error((Map<?, ?>) raise.get("error")), V, scope.names), VARS));
        } else if (task.get("wait") instanceof Map<?, ?> wait) {
            events.put("never", Map.of("type", "com.example.never"));
            Object silence = Map.of(
                    "absent", Map.of("event", "never"),
                    "for", "%dms".formatted(((Number) wait.get("milliseconds")).longValue()),
                    "after", Map.of("event", begin, "as", "begun"));
            rules.add(each(silence, scope.end.go("begun.data.v", "begun.data.vars")));
        } else if (task.get("fork") instanceof Map<?, ?> fork && Boolean.FALSE.equals(fork.get("compete"))) {
            fork((List<Map<String, Map<String, Object>>>) fork.get("branches"), begin, scope);
        } else if (task.get("try") instanceof List<?> tried) {
            attempt(
                    (List<Map<String, Map<String, Object>>>) tried,
                    (Map<String, Object>) task.get("catch"),
                    begin,
                    scope);
        } else if (task.get("for") instanceof Map<?, ?> loop) {
            loop((Map<String, Object>) loop, (List<Map<String, Map<String, Object>>>) task.get("do"), begin, scope);
        } else if (task.get("listen") instanceof Map<?, ?> listen) {
            CncfListen heard = new CncfListen((Map<?, ?>) listen.get("to"), events);
            Object when = Map.of("seq", List.of(Map.of("event", begin, "as", CncfListen.BEGUN), heard.expression()));
            rules.add(each(when, scope.end.go(heard.output((Map<?, ?>) task.get("foreach")), "{}")));
        } else if (task.get("run") instanceof Map<?, ?> run && run.get("workflow") instanceof Map<?, ?> child) {
            rule(begin, List.of(Map.of("start", child.get("name"), "as", name, "with", "${ %s }".formatted(V))));
            rules.add(each(Map.of("completed", name), scope.end.go("event.data", "{}")));
        } else if (task.get("do") instanceof List<?> below) {
            rule(
                    begin,
                    sequence((List<Map<String, Map<String, Object>>>) below, scope)
                            .go(V, VARS));
        } else {
            throw new Inexpressible("task %s: %s".formatted(name, task.keySet()));
        }
    }

    /** The first case that holds. */
    private void choice(
            List<Map<String, Map<String, Object>>> cases, String begin, Scope scope, Map<String, Step> entries) {
        List<String> before = new ArrayList<>();
        for (Map<String, Map<String, Object>> one : cases) {
            Map<String, Object> what = one.values().iterator().next();
            String when = what.get("when") instanceof String jq ? condition(jq, V, scope) : "true";
            List<String> all = new ArrayList<>(before);
            all.add(when);
            Step then = directive(what.get("then"), scope.end, entries, scope);
            rule(begin, String.join(" && ", all), then.go(V, VARS), List.of());
            before.add("!(%s)".formatted(when));
        }
    }

    private void fork(List<Map<String, Map<String, Object>>> branches, String begin, Scope scope) {
        List<Object> starts = new ArrayList<>();
        List<Object> ends = new ArrayList<>();
        List<String> results = new ArrayList<>();
        for (Map<String, Map<String, Object>> branch : branches) {
            String name = branch.keySet().iterator().next();
            String ended = event(name);
            starts.addAll(sequence(List.of(branch), scope.with(to(ended))).go(V, VARS));
            ends.add(Map.of("event", ended, "as", ended));
            results.add("{\"%s\": %s.data.v}".formatted(name, ended));
        }
        rule(begin, starts);
        rules.add(each(Map.of("all", ends), scope.end.go("[%s]".formatted(String.join(", ", results)), "{}")));
    }

    @SuppressWarnings("unchecked")
    private void attempt(
            List<Map<String, Map<String, Object>>> tried, Map<String, Object> caught, String begin, Scope scope) {
        String raised = event("caught");
        rule(
                begin,
                sequence(tried, new Scope(scope.names, scope.end, to(raised))).go(V, VARS));
        Step handler = sequence((List<Map<String, Map<String, Object>>>) caught.get("do"), scope);
        String holds = caught.get("when") instanceof String jq ? condition(jq, V, scope) : "true";
        rule(raised, holds, handler.go(V, VARS), scope.raised.go(V, VARS));
    }

    /** One turn after the other, the value handed on from each to the next. */
    private void loop(
            Map<String, Object> loop, List<Map<String, Map<String, Object>>> body, String begin, Scope scope) {
        String turn = event("turn");
        String ended = event("turned");
        String each = loop.getOrDefault("each", "item").toString();
        String at = loop.getOrDefault("at", "index").toString();
        Map<String, String> names = new LinkedHashMap<>(scope.names);
        names.put(each, VARS + ".each");
        names.put(at, VARS + ".at");
        Step inside = sequence(body, new Scope(names, to(ended), scope.raised));
        String list = Jq.toCel(Jq.unwrapped(loop.get("in").toString()), V, scope.names);
        rule(begin, to(turn).go(V, "{\"list\": %s, \"at\": 0}".formatted(list)));
        rule(
                turn,
                "%1$s.at < size(%1$s.list)".formatted(VARS),
                inside.go(V, "{\"list\": %1$s.list, \"at\": %1$s.at, \"each\": %1$s.list[%1$s.at]}".formatted(VARS)),
                scope.end.go(V, "{}"));
        rule(ended, to(turn).go(V, "{\"list\": %1$s.list, \"at\": %1$s.at + 1}".formatted(VARS)));
    }

    private List<Object> fails(String error, String vars) {
        return List.of(Map.of(
                "fail", Map.of("error", "${ %s.type }".formatted(error), "message", "${ %s.title }".formatted(error))));
    }

    private static Map<String, Object> error(Map<?, ?> raised) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("type", raised.get("type"));
        error.put("status", raised.get("status"));
        error.put("title", raised.containsKey("title") ? raised.get("title") : "");
        return error;
    }

    private static String condition(String jq, String here, Scope scope) {
        return "(%s) == true".formatted(Jq.toCel(Jq.unwrapped(jq), here, scope.names));
    }

    private String event(String stem) {
        String name = "at%d_%s".formatted(events.size(), stem);
        events.put(name, Map.of("type", "com.example.%s.%s".formatted(workflow, name)));
        return name;
    }

    private Step to(String event) {
        Object type = ((Map<?, ?>) events.get(event)).get("type");
        return (value, vars) -> List.of(Map.of(
                "emit",
                Map.of(
                        "type",
                        type,
                        "data",
                        Map.of("v", "${ %s }".formatted(value), "vars", "${ %s }".formatted(vars)))));
    }

    private void rule(String begin, List<Object> actions) {
        rules.add(each(Map.of("event", begin), actions));
    }

    private void rule(String begin, String condition, List<Object> actions, List<Object> otherwise) {
        Map<String, Object> rule = each(Map.of("event", begin), actions);
        rule.put("if", "${ %s }".formatted(condition));
        if (!otherwise.isEmpty()) {
            rule.put("else", otherwise);
        }
        rules.add(rule);
    }

    private static Map<String, Object> each(Object when, List<Object> actions) {
        return new LinkedHashMap<>(Map.of("when", when, "fires", "each", "do", actions));
    }

    private static List<Object> concat(List<Object> first, List<Object> second) {
        List<Object> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
