package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.cel.Scope;
import java.util.AbstractMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the expressions of one rule see at one event; each row is read when it is asked for. */
final class TaskScope implements Scope {
    private final TaskState state;
    private final TaskHeader header;
    private final CompiledRule rule;
    private final Captures captures;
    private final Occurrence event;

    /** @param event the last event */
    TaskScope(TaskState state, TaskHeader header, CompiledRule rule, Occurrence event) {
        this.state = state;
        this.header = header;
        this.rule = rule;
        this.event = event;
        this.captures = new Captures(state, rule, event);
    }

    @Override
    public Object get(String name) {
        return switch (name) {
            case "event" -> event.view();
            case "events" -> captures.events();
            case "values" -> captures.values();
            case "input" -> state.json("in");
            case "context" -> new LazyMap(state::contextFields, field -> state.get("c/" + field));
            case "results" -> new LazyMap(List::of, node -> state.get("r/" + node));
            case "task" -> Map.of("id", header.task, "workflow", header.workflow);
            case "given" -> AddedRules.given(state, rule);
            default -> captures.alias(name);
        };
    }

    /** A map that reads a value when it is asked for. */
    private static final class LazyMap extends AbstractMap<String, Object> {
        private final Supplier<List<String>> names;
        private final Function<String, byte[]> row;

        LazyMap(Supplier<List<String>> names, Function<String, byte[]> row) {
            this.names = names;
            this.row = row;
        }

        @Override
        public Object get(Object name) {
            byte[] json = name instanceof String text ? row.apply(text) : null;
            return json == null ? null : Json.parse(json);
        }

        @Override
        public boolean containsKey(Object name) {
            return name instanceof String text && row.apply(text) != null;
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            Set<Entry<String, Object>> entries = new LinkedHashSet<>();
            for (String name : names.get()) {
                entries.add(new SimpleImmutableEntry<>(name, get(name)));
            }
            return entries;
        }
    }
}
