package io.talflow.tal.model;

import java.time.Duration;
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
 * @param key gives the key of the task it is for; empty: the event must name its task
 * @param keep how long it waits for a task that has not started; zero: not at all
 */
public record EventDeclaration(
        String name,
        String type,
        Optional<String> topic,
        Map<String, Object> dataSchema,
        Optional<Template.Expression> key,
        Duration keep,
        Position position) {
    public EventDeclaration {
        dataSchema = Collections.unmodifiableMap(new LinkedHashMap<>(dataSchema));
    }
}
