package io.talflow.tal.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A workflow definition: the functions it may invoke, the events it knows, and its trigger-action list. The DAG form
 * and imported formats become one of these, so nothing downstream knows of them.
 *
 * @param name DNS label
 * @param inputSchema JSON Schema of the input as a JSON value; empty means any object
 * @param functions by name, in source order
 * @param events user-defined events by name, in source order
 * @param rules in source order; rule ids are unique
 */
public record Workflow(
        String name,
        Map<String, Object> inputSchema,
        Map<String, Function> functions,
        Map<String, EventDeclaration> events,
        List<Rule> rules) {

    public Workflow {
        Objects.requireNonNull(name, "name");
        inputSchema = Collections.unmodifiableMap(new LinkedHashMap<>(inputSchema));
        functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
        events = Collections.unmodifiableMap(new LinkedHashMap<>(events));
        rules = List.copyOf(rules);
    }
}
