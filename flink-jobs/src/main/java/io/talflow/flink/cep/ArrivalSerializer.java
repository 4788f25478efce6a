package io.talflow.flink.cep;

import io.talflow.tal.semantics.Arrival;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Twenty-one bytes an arrival. */
final class ArrivalSerializer extends TypeSerializerSingleton<Arrival> {
    static final ArrivalSerializer INSTANCE = new ArrivalSerializer();
    private static final long serialVersionUID = 1L;
    private static final int LENGTH = Integer.BYTES + 2 * Long.BYTES + 1;

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public Arrival createInstance() {
        return new Arrival(0, 0, 0, false);
    }

    @Override
    public Arrival copy(Arrival from) {
        return from;
    }

    @Override
    public Arrival copy(Arrival from, Arrival reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return LENGTH;
    }

    @Override
    public void serialize(Arrival arrival, DataOutputView target) throws IOException {
        target.writeLong(arrival.slots());
        target.writeInt(arrival.number());
        target.writeLong(arrival.timeMicros());
        target.writeBoolean(arrival.complete());
    }

    @Override
    public Arrival deserialize(DataInputView source) throws IOException {
        return new Arrival(source.readLong(), source.readInt(), source.readLong(), source.readBoolean());
    }

    @Override
    public Arrival deserialize(Arrival reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        target.write(source, LENGTH);
    }

    @Override
    public TypeSerializerSnapshot<Arrival> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Has no configuration. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Arrival> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
