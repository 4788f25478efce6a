package io.talflow.flink.sink;

import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.LogRecord;
import io.talflow.flink.wire.RawRecord;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The record something was read from: the binary mode keeps an event's data byte by byte. */
final class Originals {
    private Originals() {}

    static RawRecord of(TalEvent event, LogRecord record) {
        return new RawRecord(
                Topics.EVENTS,
                record == null ? -1 : record.partition(),
                record == null ? -1 : record.offset(),
                record == null ? 0 : record.timeMillis(),
                event.task().getBytes(StandardCharsets.UTF_8),
                event.data(),
                CloudEventCodec.headers(event));
    }

    static RawRecord of(DefinitionRecord record) {
        return new RawRecord(
                Topics.DEFINITIONS,
                record.partition(),
                record.offset(),
                record.timeMillis(),
                record.key().getBytes(StandardCharsets.UTF_8),
                record.value(),
                Map.of());
    }
}
