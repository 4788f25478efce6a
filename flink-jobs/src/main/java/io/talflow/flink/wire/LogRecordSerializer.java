package io.talflow.flink.wire;

import io.talflow.tal.event.TalEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Of what is on its way to the event sink. */
public final class LogRecordSerializer extends FieldwiseSerializer<LogRecord> {
    private static final long serialVersionUID = 1L;
    private static final TalEvent.Kind[] KINDS = TalEvent.Kind.values();

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
        write(event.data(), out);
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
                readBytes(in));
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
