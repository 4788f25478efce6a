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
    private static final Status[] STATUSES = Status.values();

    /** Where a task stands. The last three are final. Rows keep the ordinals. */
    enum Status {
        /** Not started; events wait for it. */
        EARLY,
        /** Started, its definition not yet known here. */
        WAITING,
        RUNNING,
        /** Undoes what completed before it ends. */
        COMPENSATING,
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

    /** Log events that made an occurrence; tells a strict sequence what lay between. */
    long events;

    /** Deadline of the whole task; {@link Timers#NEVER} where it has none any more. */
    long deadlineMicros = Timers.NEVER;

    /** Timers in the heap, and how many were ever set. */
    int timers;

    long timersSet;
    /** When the clock is set to poke the task, epoch milliseconds; 0: it is not set. */
    long clockAt;
    /** Armed rules that an event from outside could make fire. */
    int outside;
    /** Rules added so far. */
    int added;
    /** Completed invocations that can be undone. */
    int undoable;
    /** Rows that wait to be removed: the numbers of the first and of the one after the last. */
    int garbageFrom;

    int garbageTo;
    /** Of a task that has ended: the number, from 1, of the next rule whose rows are to be removed; 0: none. */
    int rulesToClear;

    /** The firing of another task that this one's end is an event of; empty: nobody waits. */
    String parent = "";

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
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(240);
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
            out.writeLong(events);
            out.writeLong(deadlineMicros);
            out.writeInt(timers);
            out.writeLong(timersSet);
            out.writeLong(clockAt);
            out.writeInt(outside);
            out.writeInt(added);
            out.writeInt(undoable);
            out.writeInt(garbageFrom);
            out.writeInt(garbageTo);
            out.writeInt(rulesToClear);
            out.writeUTF(parent);
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
            header.status = STATUSES[in.readByte()];
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
            header.events = in.readLong();
            header.deadlineMicros = in.readLong();
            header.timers = in.readInt();
            header.timersSet = in.readLong();
            header.clockAt = in.readLong();
            header.outside = in.readInt();
            header.added = in.readInt();
            header.undoable = in.readInt();
            header.garbageFrom = in.readInt();
            header.garbageTo = in.readInt();
            header.rulesToClear = in.readInt();
            header.parent = in.readUTF();
            return header;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
