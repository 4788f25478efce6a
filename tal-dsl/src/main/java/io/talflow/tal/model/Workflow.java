package io.talflow.tal.model;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A workflow definition: the functions it may invoke, the events it knows, and its trigger-action list. The DAG form
 * and imported formats become one of these, so nothing downstream knows of them.
 *
 * @param name DNS label
 * @param inputSchema JSON Schema of the input as a JSON value; empty means any object
 * @param functions by name, in source order
 * @param events user-defined events by name, in source order
 * @param rules in source order; rule ids are unique
 * @param start what starts a task by itself
 * @param deadline bound on a task, from its start event
 * @param limits what a task may take beside
 */
public record Workflow(
        String name,
        Map<String, Object> inputSchema,
        Map<String, Function> functions,
        Map<String, EventDeclaration> events,
        List<Rule> rules,
        Optional<Start> start,
        Duration deadline,
        Limits limits) {
    public static final Duration DEFAULT_DEADLINE = Duration.ofDays(30);

    /**
     * Bounds that a workflow may set for its tasks.
     *
     * @param eventsPerSecond events of declared and other foreign types that a task may get in one second
     */
    public record Limits(int eventsPerSecond) {
        public static final int MOST_EVENTS_PER_SECOND = 1_000_000;
        public static final Limits DEFAULT = new Limits(4_000);
    }

    public Workflow {
        Objects.requireNonNull(name, "name");
        inputSchema = Collections.unmodifiableMap(new LinkedHashMap<>(inputSchema));
        functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
        events = Collections.unmodifiableMap(new LinkedHashMap<>(events));
        rules = List.copyOf(rules);
    }
}
