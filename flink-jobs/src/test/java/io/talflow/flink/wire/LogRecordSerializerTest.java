package io.talflow.flink.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.event.TalEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A record of the log")
class LogRecordSerializerTest {
    private final TypeSerializer<LogRecord> serializer =
            TypeInformation.of(LogRecord.class).createSerializer(new SerializerConfigImpl());

    @Test
    @DisplayName("is written by its own serializer")
    void isFoundByFlink() {
        assertThat(serializer).isInstanceOf(LogRecordSerializer.class);
    }

    @Test
    @DisplayName("comes back as it went, one after the other")
    void comesBackAsItWent() throws Exception {
        byte[] data = "{\"a\":\"ü\"}".getBytes(StandardCharsets.UTF_8);
        LogRecord full = new LogRecord(
                new TalEvent(
                        "id",
                        "/source",
                        "type",
                        "subject ✓",
                        TalEvent.Kind.DATA,
                        "w/t",
                        "w/t@r.0",
                        3,
                        Map.of("node", "n1", "empty", ""),
                        data),
                7,
                Long.MAX_VALUE,
                1_700_000_000_000L);
        LogRecord bare = new LogRecord(TalEvent.engine("i", "/s", "t", "w/u", Map.of()), 0, 0, 0);
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(full, out);
        serializer.serialize(bare, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        DataOutputSerializer copied = new DataOutputSerializer(64);
        serializer.copy(new DataInputDeserializer(out.getCopyOfBuffer()), copied);

        for (LogRecord went : new LogRecord[] {full, bare}) {
            assertThat(serializer.deserialize(in)).usingRecursiveComparison().isEqualTo(went);
        }
        assertThat(in.available()).isZero();
        assertThat(serializer.deserialize(new DataInputDeserializer(copied.getCopyOfBuffer())))
                .usingRecursiveComparison()
                .isEqualTo(full);
    }
}
