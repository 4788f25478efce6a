package io.talflow.flink.sink;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.semantics.Definitions;
import io.talflow.tal.semantics.Program;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.state.BroadcastState;

/** The definitions a subtask has been told of; made ready to run as they arrive. */
final class KnownDefinitions implements Definitions {
    private final BroadcastState<String, byte[]> records;
    private final Map<String, Program> programs = new HashMap<>();

    /** @param records {@code name} and {@code name@version} to the JSON of {@code tal.definitions} */
    KnownDefinitions(BroadcastState<String, byte[]> records) {
        this.records = records;
    }

    /**
     * Takes a record; a deleted workflow's versions stay, since tasks may still run them.
     *
     * @throws InvalidTal if it is a definition that cannot be used; the record is not taken
     * @throws Json.NotJson likewise
     */
    void add(String key, byte[] value) throws Exception {
        if (value.length == 0) {
            records.remove(key);
            return;
        }
        Map<String, Object> record = Json.parseObject(value);
        if (key.contains("@")) {
            programs.put(key, program(record));
        }
        records.put(key, value);
    }

    @Override
    public Optional<Program> find(String workflow, String version) {
        String key = workflow + "@" + version;
        Program program = programs.get(key);
        if (program == null) {
            Optional<Map<String, Object>> record = record(key);
            if (record.isEmpty()) {
                return Optional.empty();
            }
            program = program(record.get());
            programs.put(key, program);
        }
        return Optional.of(program);
    }

    private static Program program(Map<String, Object> record) {
        byte[] text = String.valueOf(record.get("text")).getBytes(StandardCharsets.UTF_8);
        return Program.of(
                Formats.load(String.valueOf(record.get("file")), text), String.valueOf(record.get("version")));
    }

    @Override
    public Optional<String> current(String workflow) {
        return record(workflow).map(record -> String.valueOf(record.get("version")));
    }

    private Optional<Map<String, Object>> record(String key) {
        try {
            byte[] json = records.get(key);
            return json == null ? Optional.empty() : Optional.of(Json.parseObject(json));
        } catch (Exception e) {
            throw new IllegalStateException("definition %s cannot be read".formatted(key), e);
        }
    }
}
