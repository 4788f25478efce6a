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

/** Events of a task that cannot take them yet, in log order: it waits for its definition, or has not started. */
final class Parking {
    private static final Map<String, byte[]> STRUCTURED =
            Map.of("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));

    private final TaskState state;
    private final TaskHeader header;

    /**
     * @param untilMicros when it is no longer kept; {@link Timers#NEVER}: always
     */
    record Parked(LogEvent event, long untilMicros) {}

    Parking(TaskState state, TaskHeader header) {
        this.state = state;
        this.header = header;
    }

    void add(LogEvent event, long untilMicros) {
        put(new Parked(event, untilMicros));
    }

    void put(Parked parked) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(parked.event().partition());
            out.writeLong(parked.event().offset());
            out.writeLong(parked.event().timeMillis());
            out.writeLong(parked.untilMicros());
            out.write(CloudEventCodec.structuredBytes(parked.event().event()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        state.put("p/" + header.parked, bytes.toByteArray());
        header.parked++;
    }

    /** Takes them all out. */
    List<Parked> drain() {
        List<Parked> events = new ArrayList<>(header.parked);
        for (int at = 0; at < header.parked; at++) {
            events.add(read(state.get("p/" + at)));
            state.remove("p/" + at);
        }
        header.parked = 0;
        return events;
    }

    private static Parked read(byte[] row) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(row))) {
            int partition = in.readInt();
            long offset = in.readLong();
            long timeMillis = in.readLong();
            long until = in.readLong();
            TalEvent event = CloudEventCodec.decode(STRUCTURED, in.readAllBytes());
            return new Parked(new LogEvent(event, partition, offset, timeMillis), until);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
