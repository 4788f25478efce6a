package io.talflow.flink.wire;

import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Has Flink write {@link LogRecord}s with their own serializer. */
final class LogRecordType extends TypeInformation<LogRecord> {
    private static final long serialVersionUID = 1L;

    /** What {@code @TypeInfo} names. */
    public static final class Factory extends TypeInfoFactory<LogRecord> {
        @Override
        public TypeInformation<LogRecord> createTypeInfo(Type type, Map<String, TypeInformation<?>> parameters) {
            return new LogRecordType();
        }
    }

    @Override
    public TypeSerializer<LogRecord> createSerializer(SerializerConfig config) {
        return new LogRecordSerializer();
    }

    @Override
    public Class<LogRecord> getTypeClass() {
        return LogRecord.class;
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
        return "LogRecord";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogRecordType;
    }

    @Override
    public int hashCode() {
        return LogRecordType.class.hashCode();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof LogRecordType;
    }
}
