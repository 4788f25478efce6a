package io.talflow.tal.semantics;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The deadlines of a task, earliest first, of equal ones by their rank, then the one set first: a binary heap whose places
 * are rows ({@code t#PLACE}), with a row a timer ({@code t/ID}) that tells its place. Setting and cancelling touch as many
 * rows as the heap is deep, so a foreach of thousands of slices in back-off costs what one of ten does.
 */
final class Timers {
    static final long NEVER = Long.MAX_VALUE;
    /** Comes after every other of its time. */
    static final long LAST = Long.MAX_VALUE;

    private final TaskState state;
    private final TaskHeader header;

    /** @param order tells timers of one deadline and rank apart */
    private record Timer(long micros, long rank, long order, String id) {
        boolean before(Timer other) {
            if (micros != other.micros) {
                return micros < other.micros;
            }
            return rank != other.rank ? rank < other.rank : order < other.order;
        }

        byte[] row() {
            byte[] name = id.getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(3 * Long.BYTES + name.length)
                    .putLong(micros)
                    .putLong(rank)
                    .putLong(order)
                    .put(name)
                    .array();
        }

        static Timer of(byte[] row) {
            ByteBuffer in = ByteBuffer.wrap(row);
            long micros = in.getLong();
            long rank = in.getLong();
            long order = in.getLong();
            return new Timer(
                    micros, rank, order, StandardCharsets.UTF_8.decode(in).toString());
        }
    }

    Timers(TaskState state, TaskHeader header) {
        this.state = state;
        this.header = header;
    }

    /** The earliest deadline, or {@link #NEVER}. */
    long due() {
        return header.timers == 0 ? NEVER : at(0).micros();
    }

    /** The timer of the earliest deadline; there must be one. */
    String next() {
        return at(0).id();
    }

    /** When a timer is due; {@link #NEVER} if it is not set. */
    long at(String id) {
        byte[] place = state.get("t/" + id);
        return place == null ? NEVER : at(ByteBuffer.wrap(place).getInt()).micros();
    }

    /**
     * Sets a timer; one of the same id is replaced.
     *
     * @param rank of several that are due at one time the least comes first
     */
    void set(String id, long micros, long rank) {
        cancel(id);
        Timer timer = new Timer(micros, rank, header.timersSet++, id);
        up(header.timers++, timer);
    }

    /** Cancels a timer, if it is set. */
    void cancel(String id) {
        byte[] place = state.get("t/" + id);
        if (place == null) {
            return;
        }
        int hole = ByteBuffer.wrap(place).getInt();
        state.remove("t/" + id);
        int last = --header.timers;
        Timer moved = at(last);
        state.remove("t#" + last);
        if (hole == last) {
            return;
        }
        if (hole > 0 && moved.before(at(parent(hole)))) {
            up(hole, moved);
        } else {
            down(hole, moved);
        }
    }

    void cancelAll() {
        for (int place = 0; place < header.timers; place++) {
            state.remove("t/" + at(place).id());
            state.remove("t#" + place);
        }
        header.timers = 0;
    }

    private void up(int from, Timer timer) {
        int place = from;
        while (place > 0 && timer.before(at(parent(place)))) {
            put(place, at(parent(place)));
            place = parent(place);
        }
        put(place, timer);
    }

    private void down(int from, Timer timer) {
        int place = from;
        while (2 * place + 1 < header.timers) {
            int child = 2 * place + 1;
            if (child + 1 < header.timers && at(child + 1).before(at(child))) {
                child++;
            }
            if (!at(child).before(timer)) {
                break;
            }
            put(place, at(child));
            place = child;
        }
        put(place, timer);
    }

    private static int parent(int place) {
        return (place - 1) / 2;
    }

    private Timer at(int place) {
        return Timer.of(state.get("t#" + place));
    }

    private void put(int place, Timer timer) {
        state.put("t#" + place, timer.row());
        state.put(
                "t/" + timer.id(),
                ByteBuffer.allocate(Integer.BYTES).putInt(place).array());
    }
}
