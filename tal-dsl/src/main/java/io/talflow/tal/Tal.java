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
 * there is one set of rules and one set of messages. Durations are texts such as {@code 200ms} or {@code 15m}.
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

    /** @param deadline bound on a task, from its start */
    public Tal deadline(String deadline) {
        document.put("deadline", deadline);
        return this;
    }

    /** @param eventsPerSecond events from outside that a task may get in one second */
    public Tal eventsPerSecond(int eventsPerSecond) {
        document.put("limits", Map.of("eventsPerSecond", (long) eventsPerSecond));
        return this;
    }

    /** A declared event starts a task, whose key {@code key} gives; its data is the input. */
    public Tal startsAt(Map<String, Object> event, String key) {
        document.put("start", mapping("when", event, "key", key));
        return this;
    }

    public Tal startsAt(Map<String, Object> event, String key, Object with) {
        document.put("start", mapping("when", event, "key", key, "with", with));
        return this;
    }

    /** @param cron five fields, UTC */
    public Tal startsAt(String cron, Object with) {
        document.put("start", mapping("cron", cron, "with", with));
        return this;
    }

    public Tal function(String name, Map<String, ?> function) {
        functions.put(name, function);
        return this;
    }

    /** @param type CloudEvents type */
    public Tal event(String name, String type) {
        return event(name, mapping("type", type));
    }

    /** @param declaration {@code type}, and {@code topic}, {@code data}, {@code key}, {@code keep} where it has them */
    public Tal event(String name, Map<String, ?> declaration) {
        events.put(name, declaration);
        return this;
    }

    public Tal rule(RuleBuilder rule) {
        rules.add(rule.fields());
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

    /** A function that takes a recorded time and answers with the data it declares. */
    public static Map<String, Object> replay(String runtime) {
        return mapping("replay", mapping("runtime", runtime));
    }

    /** A function with the data it declares: names to {@code value}, {@code stream} or a mapping. */
    public static Map<String, Object> emitting(Map<String, Object> function, Map<String, ?> emits) {
        return with(function, "emits", emits);
    }

    /** @param timeout bound on one attempt */
    public static Map<String, Object> timeout(Map<String, Object> function, String timeout) {
        return with(function, "timeout", timeout);
    }

    /**
     * A function that is tried again.
     *
     * @param entries each with {@code errorEquals}; the first that names an error decides
     */
    @SafeVarargs
    public static Map<String, Object> retrying(Map<String, Object> function, Map<String, ?>... entries) {
        return with(function, "retry", List.of(entries));
    }

    /** A function that another undoes. */
    public static Map<String, Object> compensated(Map<String, Object> function, String by) {
        return with(function, "compensate", by);
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
        return mapping("ready", mapping("node", node, "datum", datum));
    }

    public static Map<String, Object> item(String node, String stream) {
        return mapping("item", mapping("node", node, "datum", stream));
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

    public static Map<String, Object> atLeast(int least, Object... of) {
        return mapping("atLeast", (long) least, "of", List.of(of));
    }

    public static Map<String, Object> count(int count, Object of) {
        return mapping("count", (long) count, "of", of);
    }

    public static Map<String, Object> seq(Object... events) {
        return mapping("seq", List.of(events));
    }

    /** No other event of the task may lie between them. */
    public static Map<String, Object> strictSeq(Object... events) {
        return mapping("seq", List.of(events), "strict", true);
    }

    /** @param member what happens once for each slice of {@code node.stream} */
    public static Map<String, Object> gather(Map<String, Object> member, String node, String stream) {
        return mapping("gather", member, "over", mapping("node", node, "datum", stream));
    }

    /** It has not happened for so long since its rule was armed. */
    public static Map<String, Object> absent(Object event, String duration) {
        return mapping("absent", event, "for", duration);
    }

    public static Map<String, Object> absent(Object event, String duration, Object after) {
        return mapping("absent", event, "for", duration, "after", after);
    }

    public static Map<String, Object> every(String period) {
        return mapping("every", period);
    }

    /** It has happened {@code size} times, or {@code maxWait} has passed since the first. */
    public static Map<String, Object> batch(Object event, int size, String maxWait) {
        return mapping("batch", event, "size", (long) size, "maxWait", maxWait);
    }

    public static Map<String, Object> batch(Object event, int size) {
        return mapping("batch", event, "size", (long) size);
    }

    /** The same event in a window from its first arrival. */
    public static Map<String, Object> within(String window, Map<String, Object> event) {
        return with(event, "within", window);
    }

    /**
     * The same event where a condition holds.
     *
     * @param cel without the {@code ${ }}
     */
    public static Map<String, Object> onlyIf(String cel, Map<String, Object> event) {
        return with(event, "if", "${ " + cel + " }");
    }

    /** The same event of one CloudEvents subject. */
    public static Map<String, Object> about(String subject, Map<String, Object> event) {
        return with(event, "subject", subject);
    }

    /** The same event under a name that the rule's expressions know it by. */
    public static Map<String, Object> as(String alias, Map<String, Object> event) {
        return with(event, "as", alias);
    }

    public static RuleBuilder when(Object event) {
        return new RuleBuilder(event);
    }

    /** @param fields keys and values in turn */
    static Map<String, Object> mapping(Object... fields) {
        Map<String, Object> mapping = new LinkedHashMap<>();
        for (int at = 0; at < fields.length; at += 2) {
            mapping.put((String) fields[at], fields[at + 1]);
        }
        return mapping;
    }

    private static Map<String, Object> with(Map<String, Object> mapping, String key, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(mapping);
        more.put(key, value);
        return more;
    }
}
