package io.talflow.flink.wire;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Of what is on its way to the router. */
public final class RawRecordSerializer extends FieldwiseSerializer<RawRecord> {
    private static final long serialVersionUID = 1L;

    @Override
    public void serialize(RawRecord record, DataOutputView out) throws IOException {
        StringValue.writeString(record.topic(), out);
        out.writeInt(record.partition());
        out.writeLong(record.offset());
        out.writeLong(record.timeMillis());
        write(record.key(), out);
        write(record.value(), out);
        out.writeInt(record.headers().size());
        for (Map.Entry<String, byte[]> header : record.headers().entrySet()) {
            StringValue.writeString(header.getKey(), out);
            write(header.getValue(), out);
        }
    }

    @Override
    public RawRecord deserialize(DataInputView in) throws IOException {
        return new RawRecord(
                StringValue.readString(in),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                readBytes(in),
                readBytes(in),
                headers(in));
    }

    private static Map<String, byte[]> headers(DataInputView in) throws IOException {
        int size = in.readInt();
        Map<String, byte[]> headers = new HashMap<>(2 * size);
        for (int i = 0; i < size; i++) {
            headers.put(StringValue.readString(in), readBytes(in));
        }
        return headers;
    }

    @Override
    public TypeSerializerSnapshot<RawRecord> snapshotConfiguration() {
        return new Snapshot();
    }

    /** There is nothing to configure. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<RawRecord> {
        public Snapshot() {
            super(RawRecordSerializer::new);
        }
    }
}
