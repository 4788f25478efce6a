package io.talflow.flink.define;

import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.semantics.Definitions;
import io.talflow.tal.semantics.Program;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;

/**
 * The definitions a subtask has been told of; made ready to run as they arrive. A version that is not the current one any
 * more stays until no task can run it: the longest a task of it may last, counted in the log's time from the record that
 * superseded it, since a subtask cannot count the tasks of all the others.
 */
public final class KnownDefinitions implements Definitions {
    /** Beyond a task's deadline: what was started just before its subtask was told, and undoing what it did. */
    private static final long SLACK_MILLIS = Duration.ofDays(1).toMillis();

    private final BroadcastState<String, byte[]> records;
    private final BroadcastState<String, Long> until;
    private final BroadcastState<String, Long> gone;
    private final Map<String, Program> programs = new HashMap<>();
    private final Map<String, Set<String>> versions = new HashMap<>();

    public KnownDefinitions(OperatorStateStore store) throws Exception {
        records = store.getBroadcastState(new MapStateDescriptor<>(
                "definitions", StringSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE));
        until = store.getBroadcastState(
                new MapStateDescriptor<>("definitions-until", StringSerializer.INSTANCE, LongSerializer.INSTANCE));
        gone = store.getBroadcastState(
                new MapStateDescriptor<>("definitions-gone", StringSerializer.INSTANCE, LongSerializer.INSTANCE));
        for (Map.Entry<String, byte[]> record : records.immutableEntries()) {
            if (record.getKey().contains("@")) {
                versions(record.getKey().split("@", 2)[0]).add(record.getKey());
            }
        }
    }

    /**
     * Takes a record; of a deleted workflow the versions stay, since tasks may still run them. A version that has gone does
     * not come back by its old record.
     *
     * @throws InvalidTal if it is a definition that cannot be used; the record is not taken
     * @throws Json.NotJson likewise
     */
    public void add(DefinitionRecord record) throws Exception {
        if (record.ofVersion()) {
            addVersion(record);
            return;
        }
        String current = "";
        if (record.value().length == 0) {
            records.remove(record.key());
        } else {
            current = record.key() + "@" + Definition.current(record.value());
            records.put(record.key(), record.value());
        }
        for (String version : versions(record.workflow())) {
            if (version.equals(current)) {
                until.remove(version);
            } else if (!until.contains(version)) {
                supersede(version, record.timeMillis());
            }
        }
    }

    private void addVersion(DefinitionRecord record) throws Exception {
        Long went = gone.get(record.key());
        if (went != null && record.timeMillis() <= went) {
            return;
        }
        programs.put(record.key(), program(record.value()));
        records.put(record.key(), record.value());
        gone.remove(record.key());
        versions(record.workflow()).add(record.key());
    }

    /**
     * Removes the versions that no task can run any more.
     *
     * @param logMillis no event of the log that is still to come is older
     * @param nowMillis the job's clock: what the topic does not tell any more was superseded before that
     */
    public void retire(long logMillis, long nowMillis) throws Exception {
        for (Map.Entry<String, Set<String>> workflow : versions.entrySet()) {
            String current =
                    workflow.getKey() + "@" + current(workflow.getKey()).orElse("");
            for (String version : List.copyOf(workflow.getValue())) {
                Long end = until.get(version);
                if (end == null && !version.equals(current)) {
                    supersede(version, nowMillis);
                } else if (end != null && logMillis > end) {
                    workflow.getValue().remove(version);
                    programs.remove(version);
                    records.remove(version);
                    until.remove(version);
                    gone.put(version, logMillis);
                }
            }
        }
    }

    private void supersede(String version, long atMillis) throws Exception {
        long deadline = find(version).orElseThrow().workflow().deadline().toMillis();
        until.put(version, atMillis + deadline + SLACK_MILLIS);
    }

    private Set<String> versions(String workflow) {
        return versions.computeIfAbsent(workflow, name -> new TreeSet<>());
    }

    @Override
    public Optional<Program> find(String workflow, String version) {
        return find(workflow + "@" + version);
    }

    private Optional<Program> find(String key) {
        Program program = programs.get(key);
        if (program == null) {
            byte[] record = record(key);
            if (record == null) {
                return Optional.empty();
            }
            program = program(record);
            programs.put(key, program);
        }
        return Optional.of(program);
    }

    private static Program program(byte[] record) {
        Definition definition = Definition.of(record);
        return Program.of(definition.load(), definition.version());
    }

    @Override
    public Optional<String> current(String workflow) {
        return Optional.ofNullable(record(workflow)).map(Definition::current);
    }

    private byte[] record(String key) {
        try {
            return records.get(key);
        } catch (Exception e) {
            throw new IllegalStateException("definition %s cannot be read".formatted(key), e);
        }
    }
}
