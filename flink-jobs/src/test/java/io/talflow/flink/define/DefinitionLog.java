package io.talflow.flink.define;

import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.tal.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Records of {@code tal.definitions} as a gateway writes them, a millisecond apart unless a test says when. */
public final class DefinitionLog {
    private final List<DefinitionRecord> records = new ArrayList<>();

    /** All so far. */
    public List<DefinitionRecord> records() {
        return List.copyOf(records);
    }

    /** The last so many. */
    public List<DefinitionRecord> last(int count) {
        return List.copyOf(records.subList(records.size() - count, records.size()));
    }

    /** Applies a version: its definition, and that it is the current one. */
    public List<DefinitionRecord> apply(String workflow, String version, String text) {
        return apply(workflow, version, text, records.size());
    }

    public List<DefinitionRecord> apply(String workflow, String version, String text, long timeMillis) {
        version(workflow, version, text, timeMillis);
        name(workflow, version, timeMillis);
        return last(2);
    }

    public DefinitionRecord version(String workflow, String version, String text, long timeMillis) {
        byte[] definition =
                Json.bytes(Map.of("workflow", workflow, "version", version, "file", "w.yaml", "text", text));
        return add(workflow + "@" + version, definition, timeMillis);
    }

    public DefinitionRecord name(String workflow, String version, long timeMillis) {
        return add(workflow, Json.bytes(Map.of("workflow", workflow, "version", version)), timeMillis);
    }

    public DefinitionRecord delete(String workflow, long timeMillis) {
        return add(workflow, new byte[0], timeMillis);
    }

    private DefinitionRecord add(String key, byte[] value, long timeMillis) {
        DefinitionRecord record = new DefinitionRecord(key, value, 0, records.size(), timeMillis);
        records.add(record);
        return record;
    }
}
