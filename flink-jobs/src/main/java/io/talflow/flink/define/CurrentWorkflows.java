package io.talflow.flink.define;

import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.model.Workflow;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workflows a task can be started of, by what {@code tal.definitions} has said so far: what finds tasks follows these,
 * not the versions that running tasks have. In memory only; the topic itself is what is kept.
 */
public final class CurrentWorkflows {
    private static final Logger LOG = LoggerFactory.getLogger(CurrentWorkflows.class);
    /** Versions remembered of a workflow: two that apply one at a time write name@a, name@b, name, name. */
    private static final int VERSIONS = 8;

    private final Map<Integer, Long> next = new HashMap<>();
    private final Map<String, Known> known = new HashMap<>();
    private final Map<String, Current> current = new TreeMap<>();

    /**
     * A workflow that is not deleted, and whose definition is usable.
     *
     * @param sinceMillis when this version became the current one, by the topic's time
     */
    public record Current(Workflow workflow, String version, long sinceMillis) {}

    private static final class Known {
        final Map<String, byte[]> versions = new LinkedHashMap<>();
        String version = "";
        long sinceMillis;
    }

    /** Takes a record; one that was taken before, by its offset, changes nothing. @return whether it is new */
    public boolean add(DefinitionRecord record) {
        if (record.offset() < next.getOrDefault(record.partition(), 0L)) {
            return false;
        }
        next.put(record.partition(), record.offset() + 1);
        Known workflow = known.computeIfAbsent(record.workflow(), name -> new Known());
        if (record.ofVersion()) {
            addVersion(workflow, record);
        } else if (record.value().length == 0) {
            workflow.version = "";
            current.remove(record.workflow());
        } else {
            name(workflow, record);
        }
        return true;
    }

    /** By name. An instance stays the same as long as nothing about it changes. */
    public Map<String, Current> all() {
        known.forEach((name, workflow) -> {
            byte[] definition = workflow.versions.get(workflow.version);
            if (definition != null && !current.containsKey(name)) {
                load(name, workflow, definition);
            }
        });
        return current;
    }

    private void addVersion(Known workflow, DefinitionRecord record) {
        String version = record.key().substring(record.workflow().length() + 1);
        byte[] before = workflow.versions.remove(version);
        workflow.versions.put(version, record.value());
        if (version.equals(workflow.version) && !Arrays.equals(before, record.value())) {
            current.remove(record.workflow());
        }
        workflow.versions.keySet().stream()
                .filter(other -> !other.equals(workflow.version))
                .findFirst()
                .filter(eldest -> workflow.versions.size() > VERSIONS)
                .ifPresent(workflow.versions::remove);
    }

    private void name(Known workflow, DefinitionRecord record) {
        String version;
        try {
            version = Definition.current(record.value());
        } catch (Json.NotJson e) {
            LOG.debug("record {} says no version: {}", record.key(), e.getMessage());
            return;
        }
        if (!version.equals(workflow.version)) {
            workflow.version = version;
            workflow.sinceMillis = record.timeMillis();
            current.remove(record.workflow());
        }
    }

    /** What cannot be used is no workflow; the event sink puts it into the dead letters. */
    private void load(String name, Known workflow, byte[] definition) {
        try {
            current.put(name, new Current(Definition.of(definition).load(), workflow.version, workflow.sinceMillis));
        } catch (InvalidTal | Json.NotJson e) {
            LOG.debug("definition {}@{} is not usable: {}", name, workflow.version, e.getMessage());
            workflow.versions.remove(workflow.version);
        }
    }
}
