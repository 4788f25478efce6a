package io.talflow.tal.semantics;

import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.TalEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Events of a task that waits for its definition, in log order. */
final class Parking {
    private final TaskState state;
    private final TaskHeader header;

    Parking(TaskState state, TaskHeader header) {
        this.state = state;
        this.header = header;
    }

    void add(LogEvent event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(event.partition());
            out.writeLong(event.offset());
            out.writeLong(event.timeMillis());
            out.write(CloudEventCodec.structuredBytes(event.event()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        state.put("p/" + header.parked, bytes.toByteArray());
        header.parked++;
    }

    /** Takes them all out. */
    List<LogEvent> drain() {
        List<LogEvent> events = new ArrayList<>(header.parked);
        for (int at = 0; at < header.parked; at++) {
            events.add(read(state.get("p/" + at)));
            state.remove("p/" + at);
        }
        header.parked = 0;
        return events;
    }

    private static LogEvent read(byte[] row) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(row))) {
            int partition = in.readInt();
            long offset = in.readLong();
            long timeMillis = in.readLong();
            TalEvent event = CloudEventCodec.decode(
                    Map.of("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8)),
                    in.readAllBytes());
            return new LogEvent(event, partition, offset, timeMillis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
