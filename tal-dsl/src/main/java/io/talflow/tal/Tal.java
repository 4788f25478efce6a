package io.talflow.tal;

import io.talflow.tal.check.Checks;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Workflow;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a workflow in Java. Values are those a YAML document would hold, {@code ${ }} expressions included, so that
 * there is one set of rules and one set of messages.
 *
 * <pre>{@code
 * Workflow workflow = Tal.workflow("greet")
 *         .function("greet", Tal.python("greet.py"))
 *         .rule(Tal.when(Tal.started()).invoke("greet", Map.of("name", "${ input.name }")))
 *         .rule(Tal.when(Tal.completed("greet")).complete("${ event.data }"))
 *         .build();
 * }</pre>
 *
 * @see Checks what {@link #build} checks
 */
public final class Tal {
    private final Map<String, Object> document = new LinkedHashMap<>();
    private final Map<String, Object> functions = new LinkedHashMap<>();
    private final Map<String, Object> events = new LinkedHashMap<>();
    private final List<Object> rules = new ArrayList<>();

    private Tal(String name) {
        document.put("tal", 1L);
        document.put("workflow", name);
    }

    /** @param name DNS label */
    public static Tal workflow(String name) {
        return new Tal(name);
    }

    /** @param schema JSON Schema of the input */
    public Tal input(Map<String, ?> schema) {
        document.put("input", schema);
        return this;
    }

    public Tal function(String name, Map<String, ?> function) {
        functions.put(name, function);
        return this;
    }

    /** @param type CloudEvents type */
    public Tal event(String name, String type) {
        events.put(name, Map.of("type", type));
        return this;
    }

    public Tal rule(RuleBuilder rule) {
        rules.add(rule.fields);
        return this;
    }

    /** @throws InvalidTal with everything that is wrong; positions are those of {@link #text} */
    public Workflow build() {
        return Formats.load(document.get("workflow") + ".json", text().getBytes(StandardCharsets.UTF_8));
    }

    /** The document in JSON. */
    public String text() {
        Map<String, Object> whole = new LinkedHashMap<>(document);
        whole.put("events", events);
        whole.put("functions", functions);
        whole.put("rules", rules);
        return Json.pretty(whole);
    }

    /** @param file {@code file.py} or {@code file.py:handler}, in the workflow's folder */
    public static Map<String, Object> python(String file) {
        return mapping("python", file);
    }

    public static Map<String, Object> http(String url) {
        return mapping("http", url);
    }

    /** A function with the data it declares: names to {@code value} or {@code stream}. */
    public static Map<String, Object> emitting(Map<String, Object> function, Map<String, String> emits) {
        Map<String, Object> declared = new LinkedHashMap<>(function);
        declared.put("emits", emits);
        return declared;
    }

    /** @param timeout bound on one attempt, such as {@code 200ms} or {@code 15m} */
    public static Map<String, Object> timeout(Map<String, Object> function, String timeout) {
        Map<String, Object> bounded = new LinkedHashMap<>(function);
        bounded.put("timeout", timeout);
        return bounded;
    }

    public static Object started() {
        return "started";
    }

    public static Map<String, Object> completed(String node) {
        return mapping("completed", node);
    }

    public static Map<String, Object> failed(String node) {
        return mapping("failed", node);
    }

    public static Map<String, Object> settled(String node) {
        return mapping("settled", node);
    }

    public static Map<String, Object> ready(String node, String datum) {
        return mapping("ready", Map.of("node", node, "datum", datum));
    }

    public static Map<String, Object> item(String node, String stream) {
        return mapping("item", Map.of("node", node, "datum", stream));
    }

    public static Map<String, Object> event(String name) {
        return mapping("event", name);
    }

    public static Map<String, Object> any(Object... events) {
        return mapping("any", List.of(events));
    }

    public static Map<String, Object> all(Object... events) {
        return mapping("all", List.of(events));
    }

    public static Map<String, Object> seq(Object... events) {
        return mapping("seq", List.of(events));
    }

    /** @param member what happens once for each slice of {@code node.stream} */
    public static Map<String, Object> gather(Map<String, Object> member, String node, String stream) {
        Map<String, Object> gather = mapping("gather", member);
        gather.put("over", Map.of("node", node, "datum", stream));
        return gather;
    }

    /** The same event under a name that the rule's expressions know it by. */
    public static Map<String, Object> as(String alias, Map<String, Object> event) {
        Map<String, Object> named = new LinkedHashMap<>(event);
        named.put("as", alias);
        return named;
    }

    public static RuleBuilder when(Object event) {
        return new RuleBuilder(event);
    }

    private static Map<String, Object> mapping(String key, Object value) {
        Map<String, Object> mapping = new LinkedHashMap<>();
        mapping.put(key, value);
        return mapping;
    }

    /** One rule; actions fire in the order they are added. */
    public static final class RuleBuilder {
        private final Map<String, Object> fields = new LinkedHashMap<>();
        private final List<Object> actions = new ArrayList<>();

        private RuleBuilder(Object when) {
            fields.put("when", when);
            fields.put("do", actions);
        }

        public RuleBuilder id(String id) {
            fields.put("id", id);
            return this;
        }

        /** @param cel a condition, without the {@code ${ }} */
        public RuleBuilder onlyIf(String cel) {
            fields.put("if", "${ " + cel + " }");
            return this;
        }

        public RuleBuilder firesEach() {
            fields.put("fires", "each");
            return this;
        }

        public RuleBuilder invoke(String function, Object with) {
            Map<String, Object> action = mapping("invoke", function);
            action.put("with", with);
            return act(action);
        }

        public RuleBuilder invoke(String function, String as, Object with) {
            Map<String, Object> action = mapping("invoke", function);
            action.put("as", as);
            action.put("with", with);
            return act(action);
        }

        public RuleBuilder set(Map<String, ?> patch) {
            return act(mapping("set", patch));
        }

        public RuleBuilder skip(String node) {
            return act(mapping("skip", node));
        }

        public RuleBuilder complete(Object output) {
            return act(mapping("complete", output));
        }

        public RuleBuilder fail(String error, String message) {
            return act(mapping("fail", Map.of("error", error, "message", message)));
        }

        private RuleBuilder act(Map<String, Object> action) {
            actions.add(action);
            return this;
        }
    }
}
