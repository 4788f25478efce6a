package io.talflow.tal.semantics;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What every event of a task reads and writes; small, whatever the task's size. */
final class TaskHeader {
    private static final int FORMAT = 1;
    /** All but the four texts. */
    private static final int FIXED_BYTES = 2 * Byte.BYTES + 14 * Integer.BYTES + 11 * Long.BYTES;

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

    /** Where its functions run: {@link io.talflow.tal.event.EventTypes#NODES}. */
    String nodes = "";

    /** The last second in which events from outside were counted, of the epoch, and how many they were; see {@link EventRate}. */
    long rateSecond;

    int rateCount;

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
        byte[][] texts = {utf8(task), utf8(workflow), utf8(version), utf8(parent), utf8(nodes)};
        int length = FIXED_BYTES;
        for (byte[] text : texts) {
            length += Short.BYTES + text.length;
        }
        if (rateCount > 0) {
            length += Long.BYTES + Integer.BYTES;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put((byte) FORMAT);
        put(out, texts[0]);
        put(out, texts[1]);
        out.putInt(partition).putLong(startOffset).putLong(startedAt).put((byte) status.ordinal());
        put(out, texts[2]);
        out.putLong(revision).putLong(clockMicros).putLong(updatedAt).putLong(endedAt);
        out.putInt(parked)
                .putInt(open)
                .putInt(completed)
                .putInt(failed)
                .putInt(skipped)
                .putInt(ignored);
        out.putLong(foreign).putLong(events).putLong(deadlineMicros);
        out.putInt(timers).putLong(timersSet).putLong(clockAt);
        out.putInt(outside).putInt(added).putInt(undoable);
        out.putInt(garbageFrom).putInt(garbageTo).putInt(rulesToClear);
        put(out, texts[3]);
        put(out, texts[4]);
        if (rateCount > 0) {
            out.putLong(rateSecond).putInt(rateCount);
        }
        return out.array();
    }

    static TaskHeader of(byte[] row) {
        ByteBuffer in = ByteBuffer.wrap(row);
        int format = in.get();
        if (format != FORMAT) {
            throw new IllegalStateException(
                    "task header of format %d, this version reads %d".formatted(format, FORMAT));
        }
        TaskHeader header = new TaskHeader(text(in), text(in), in.getInt(), in.getLong(), in.getLong());
        header.status = STATUSES[in.get()];
        header.version = text(in);
        header.revision = in.getLong();
        header.clockMicros = in.getLong();
        header.updatedAt = in.getLong();
        header.endedAt = in.getLong();
        header.parked = in.getInt();
        header.open = in.getInt();
        header.completed = in.getInt();
        header.failed = in.getInt();
        header.skipped = in.getInt();
        header.ignored = in.getInt();
        header.foreign = in.getLong();
        header.events = in.getLong();
        header.deadlineMicros = in.getLong();
        header.timers = in.getInt();
        header.timersSet = in.getLong();
        header.clockAt = in.getLong();
        header.outside = in.getInt();
        header.added = in.getInt();
        header.undoable = in.getInt();
        header.garbageFrom = in.getInt();
        header.garbageTo = in.getInt();
        header.rulesToClear = in.getInt();
        header.parent = text(in);
        header.nodes = in.hasRemaining() ? text(in) : ""; // rows of before end here
        if (in.hasRemaining()) {
            header.rateSecond = in.getLong();
            header.rateCount = in.getInt();
        }
        return header;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void put(ByteBuffer out, byte[] text) {
        out.putShort((short) text.length).put(text);
    }

    private static String text(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        String text = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }
}
