package io.talflow.tal.semantics;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What every event of a task reads and writes; small, whatever the task's size. */
final class TaskHeader {
    private static final int FORMAT = 1;

    /** Where a task stands. The last three are final. */
    enum Status {
        /** Started, its definition not yet known here. */
        WAITING,
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED;

        boolean isFinal() {
            return compareTo(COMPLETED) >= 0;
        }
    }

    final String task;
    final String workflow;
    final int partition;
    final long startOffset;
    final long startedAt;
    Status status = Status.WAITING;
    String version = "";
    /** Number of events applied. */
    long revision;
    /** Log time in microseconds, strictly increasing. */
    long clockMicros;

    long updatedAt;
    long endedAt;
    /** Events kept until the definition is known. */
    int parked;
    /** Invocations without an outcome. */
    int open;

    int completed;
    int failed;
    int skipped;
    /** Repeated or late events, counted and ignored. */
    int ignored;
    /** Foreign events seen, for the ring of their ids. */
    long foreign;

    TaskHeader(String task, String workflow, int partition, long startOffset, long startedAt) {
        this.task = task;
        this.workflow = workflow;
        this.partition = partition;
        this.startOffset = startOffset;
        this.startedAt = startedAt;
    }

    /** Moves the clock to an event's append time; an event never has the time of an earlier one. */
    void advance(long timeMillis) {
        clockMicros = Math.max(Math.multiplyExact(timeMillis, 1000L), clockMicros + 1);
        updatedAt = timeMillis;
        revision++;
    }

    /** Prefix of the ids of this run's firings. */
    String firingPrefix() {
        return task + "@" + startOffset + "/";
    }

    @SuppressWarnings("EnumOrdinal") // rows keep it: a status is only ever added at the end
    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(160);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeUTF(task);
            out.writeUTF(workflow);
            out.writeInt(partition);
            out.writeLong(startOffset);
            out.writeLong(startedAt);
            out.writeByte(status.ordinal());
            out.writeUTF(version);
            out.writeLong(revision);
            out.writeLong(clockMicros);
            out.writeLong(updatedAt);
            out.writeLong(endedAt);
            out.writeInt(parked);
            out.writeInt(open);
            out.writeInt(completed);
            out.writeInt(failed);
            out.writeInt(skipped);
            out.writeInt(ignored);
            out.writeLong(foreign);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static TaskHeader of(byte[] row) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(row))) {
            int format = in.readByte();
            if (format != FORMAT) {
                throw new IllegalStateException(
                        "task header of format %d, this version reads %d".formatted(format, FORMAT));
            }
            TaskHeader header = new TaskHeader(in.readUTF(), in.readUTF(), in.readInt(), in.readLong(), in.readLong());
            header.status = Status.values()[in.readByte()];
            header.version = in.readUTF();
            header.revision = in.readLong();
            header.clockMicros = in.readLong();
            header.updatedAt = in.readLong();
            header.endedAt = in.readLong();
            header.parked = in.readInt();
            header.open = in.readInt();
            header.completed = in.readInt();
            header.failed = in.readInt();
            header.skipped = in.readInt();
            header.ignored = in.readInt();
            header.foreign = in.readLong();
            return header;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
