package io.talflow.flink.wire;

import io.talflow.tal.event.TalEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Writes a {@link LogRecord} field by field. Every event of every task passes here, and Flink's own serializer of records calls
 * each field and the constructor by reflection. No state holds one, so its form may change.
 */
public final class LogRecordSerializer extends TypeSerializerSingleton<LogRecord> {
    private static final long serialVersionUID = 1L;
    private static final TalEvent.Kind[] KINDS = TalEvent.Kind.values();

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public LogRecord createInstance() {
        return null; // records are made by deserialize alone
    }

    @Override
    public LogRecord copy(LogRecord from) {
        return from;
    }

    @Override
    public LogRecord copy(LogRecord from, LogRecord reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(LogRecord record, DataOutputView out) throws IOException {
        TalEvent event = record.event();
        out.writeInt(record.partition());
        out.writeLong(record.offset());
        out.writeLong(record.timeMillis());
        StringValue.writeString(event.id(), out);
        StringValue.writeString(event.source(), out);
        StringValue.writeString(event.type(), out);
        StringValue.writeString(event.subject(), out);
        out.writeByte(event.kind().ordinal());
        StringValue.writeString(event.task(), out);
        StringValue.writeString(event.firing(), out);
        out.writeInt(event.attempt());
        out.writeInt(event.extensions().size());
        for (Map.Entry<String, String> extension : event.extensions().entrySet()) {
            StringValue.writeString(extension.getKey(), out);
            StringValue.writeString(extension.getValue(), out);
        }
        out.writeInt(event.data().length);
        out.write(event.data());
    }

    @Override
    public LogRecord deserialize(DataInputView in) throws IOException {
        int partition = in.readInt();
        long offset = in.readLong();
        long timeMillis = in.readLong();
        TalEvent event = new TalEvent(
                StringValue.readString(in),
                StringValue.readString(in),
                StringValue.readString(in),
                StringValue.readString(in),
                KINDS[in.readByte()],
                StringValue.readString(in),
                StringValue.readString(in),
                in.readInt(),
                extensions(in),
                data(in));
        return new LogRecord(event, partition, offset, timeMillis);
    }

    private static Map<String, String> extensions(DataInputView in) throws IOException {
        int size = in.readInt();
        if (size == 0) {
            return Map.of();
        }
        Map<String, String> extensions = new HashMap<>(2 * size);
        for (int i = 0; i < size; i++) {
            extensions.put(StringValue.readString(in), StringValue.readString(in));
        }
        return extensions;
    }

    private static byte[] data(DataInputView in) throws IOException {
        byte[] data = new byte[in.readInt()];
        in.readFully(data);
        return data;
    }

    @Override
    public LogRecord deserialize(LogRecord reuse, DataInputView in) throws IOException {
        return deserialize(in);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        serialize(deserialize(in), out);
    }

    @Override
    public TypeSerializerSnapshot<LogRecord> snapshotConfiguration() {
        return new Snapshot();
    }

    /** There is nothing to configure. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<LogRecord> {
        public Snapshot() {
            super(LogRecordSerializer::new);
        }
    }
}
