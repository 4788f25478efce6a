package io.talflow.tal.semantics;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A firing's call, as the task remembers it.
 *
 * @param call {@code rule/ordinal}, the firing id without the task
 * @param slice the slice it works on; null if none
 */
record Invocation(
        String call,
        String rule,
        String node,
        String function,
        int attempt,
        Phase phase,
        long wantedAt,
        Occurrence.Slice slice) {

    /** From wanted to known. */
    enum Phase {
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED
    }

    Invocation in(Phase other) {
        return new Invocation(call, rule, node, function, attempt, other, wantedAt, slice);
    }

    @SuppressWarnings("EnumOrdinal") // rows keep it: a phase is only ever added at the end
    byte[] row() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(rule);
            out.writeUTF(node);
            out.writeUTF(function);
            out.writeInt(attempt);
            out.writeByte(phase.ordinal());
            out.writeLong(wantedAt);
            out.writeUTF(slice == null ? "" : slice.stream());
            out.writeInt(slice == null ? -1 : slice.index());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Invocation of(String call, byte[] row) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(row))) {
            String rule = in.readUTF();
            String node = in.readUTF();
            String function = in.readUTF();
            int attempt = in.readInt();
            Phase phase = Phase.values()[in.readByte()];
            long wantedAt = in.readLong();
            String stream = in.readUTF();
            int index = in.readInt();
            return new Invocation(
                    call,
                    rule,
                    node,
                    function,
                    attempt,
                    phase,
                    wantedAt,
                    index < 0 ? null : new Occurrence.Slice(stream, index));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The record for {@code tal.tasks}, without what only an outcome knows. */
    Map<String, Object> status(TaskHeader header) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("task", header.task);
        status.put("firing", header.firingPrefix() + call);
        status.put("rule", rule);
        status.put("node", node);
        status.put("function", function);
        status.put("attempt", (long) attempt);
        status.put("status", phase.name());
        status.put("wantedAt", wantedAt);
        if (slice != null) {
            status.put("slice", (long) slice.index());
        }
        status.put("revision", header.revision);
        return status;
    }
}
