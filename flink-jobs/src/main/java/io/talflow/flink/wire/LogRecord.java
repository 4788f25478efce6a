package io.talflow.flink.wire;

import io.talflow.tal.event.TalEvent;
import io.talflow.tal.semantics.LogEvent;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/** A readable record of the log, on its home partition. */
@TypeInfo(FieldwiseType.OfLogRecord.class)
public record LogRecord(TalEvent event, int partition, long offset, long timeMillis) {
    public LogEvent logEvent() {
        return new LogEvent(event, partition, offset, timeMillis);
    }
}
