package io.talflow.flink.wire;

import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Has Flink write a kind of record with a serializer of its own. */
final class FieldwiseType<T> extends TypeInformation<T> {
    static final FieldwiseType<LogRecord> LOG_RECORD = new FieldwiseType<>(LogRecord.class, new LogRecordSerializer());
    static final FieldwiseType<RawRecord> RAW_RECORD = new FieldwiseType<>(RawRecord.class, new RawRecordSerializer());

    private static final long serialVersionUID = 1L;

    private final Class<T> type;
    private final TypeSerializer<T> serializer;

    private FieldwiseType(Class<T> type, FieldwiseSerializer<T> serializer) {
        this.type = type;
        this.serializer = serializer;
    }

    /** What {@code @TypeInfo} names. */
    public static final class OfLogRecord extends TypeInfoFactory<LogRecord> {
        @Override
        public TypeInformation<LogRecord> createTypeInfo(Type type, Map<String, TypeInformation<?>> parameters) {
            return LOG_RECORD;
        }
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return serializer;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public String toString() {
        return type.getSimpleName();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldwiseType<?> that && type.equals(that.type);
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof FieldwiseType;
    }
}
