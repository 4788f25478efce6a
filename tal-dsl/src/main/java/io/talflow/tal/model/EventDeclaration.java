package io.talflow.tal.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A user-defined event of a workflow.
 *
 * @param type the CloudEvents {@code type} it has
 * @param topic the Kafka topic it comes by; empty: {@code tal.in}
 * @param dataSchema JSON Schema of its data as a JSON value; empty means anything
 */
public record EventDeclaration(
        String name, String type, Optional<String> topic, Map<String, Object> dataSchema, Position position) {
    public EventDeclaration {
        dataSchema = Collections.unmodifiableMap(new LinkedHashMap<>(dataSchema));
    }
}
