package io.talflow.eval;

import io.talflow.flink.wire.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/** Keeps the ids of the firings that an operator sends, until they are taken, and nothing else of what it says. */
final class LastRequests implements Output<StreamRecord<Request>> {
    private final Deque<String> firings = new ArrayDeque<>();

    /** The firing sent first. */
    String take() {
        return firings.remove();
    }

    @Override
    public void collect(StreamRecord<Request> record) {
        if (record.getValue().kind() == Request.Kind.RUN) {
            firings.add(record.getValue().firing());
        }
    }

    @Override
    public <X> void collect(OutputTag<X> tag, StreamRecord<X> record) {}

    @Override
    public void emitWatermark(Watermark mark) {}

    @Override
    public void emitWatermark(WatermarkEvent mark) {}

    @Override
    public void emitWatermarkStatus(WatermarkStatus status) {}

    @Override
    public void emitLatencyMarker(LatencyMarker marker) {}

    @Override
    public void emitRecordAttributes(RecordAttributes attributes) {}

    @Override
    public void close() {}
}
