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
 */
public record Workflow(
        String name,
        Map<String, Object> inputSchema,
        Map<String, Function> functions,
        Map<String, EventDeclaration> events,
        List<Rule> rules,
        Optional<Start> start,
        Duration deadline) {
    public static final Duration DEFAULT_DEADLINE = Duration.ofDays(30);

    public Workflow {
        Objects.requireNonNull(name, "name");
        inputSchema = Collections.unmodifiableMap(new LinkedHashMap<>(inputSchema));
        functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
        events = Collections.unmodifiableMap(new LinkedHashMap<>(events));
        rules = List.copyOf(rules);
    }
}
