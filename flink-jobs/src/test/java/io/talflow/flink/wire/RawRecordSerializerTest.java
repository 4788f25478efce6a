package io.talflow.flink.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A record of an ingress topic")
class RawRecordSerializerTest {
    private final TypeSerializer<RawRecord> serializer =
            KafkaIn.raw().getProducedType().createSerializer(new SerializerConfigImpl());

    @Test
    @DisplayName("comes back as it went, with a key and a value or none")
    void comesBackAsItWent() throws Exception {
        byte[] text = "ü".getBytes(StandardCharsets.UTF_8);
        RawRecord full =
                new RawRecord("tal.in", 7, Long.MAX_VALUE, -1, text, text, Map.of("ce_id", text, "empty", new byte[0]));
        RawRecord bare = new RawRecord("in ✓", 0, 0, 1_700_000_000_000L, null, null, Map.of());
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(full, out);
        serializer.serialize(bare, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());

        for (RawRecord went : new RawRecord[] {full, bare}) {
            assertThat(serializer.deserialize(in)).usingRecursiveComparison().isEqualTo(went);
        }
        assertThat(in.available()).isZero();
    }
}
