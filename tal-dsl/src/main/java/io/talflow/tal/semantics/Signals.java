package io.talflow.tal.semantics;

import io.talflow.tal.Json;
import io.talflow.tal.event.References;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Function.Datum;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What one invocation has signalled while it ran, and what its end adds: each datum once, each slice once, each stream closed
 * once. Rows: {@code k/CALL.D} a datum's digest, or a stream's {@link Stream}; {@code k/CALL.S#N} a slice with the number N as
 * key, {@code k/CALL.S/KEY} one with a key of the function's own, {@code k/CALL.S@I} the key of slice I where it is no
 * number.
 */
final class Signals {
    private static final String PREFIX = "k/";

    private final TaskRun run;
    private final TaskState state;
    private final Invocation invocation;

    /**
     * A stream, as far as it has come.
     *
     * @param slices seen
     * @param closed no more will come
     * @param named slices with a key of the function's own
     */
    private record Stream(int slices, boolean closed, boolean named) {
        static Stream of(byte[] row) {
            if (row == null) {
                return new Stream(0, false, false);
            }
            ByteBuffer in = ByteBuffer.wrap(row);
            return new Stream(in.getInt(), in.get() == 1, in.get() == 1);
        }

        byte[] row() {
            return ByteBuffer.allocate(Integer.BYTES + 2)
                    .putInt(slices)
                    .put((byte) (closed ? 1 : 0))
                    .put((byte) (named ? 1 : 0))
                    .array();
        }
    }

    private Signals(TaskRun run, Invocation invocation) {
        this.run = run;
        this.state = run.state;
        this.invocation = invocation;
    }

    static Signals of(TaskRun run, Invocation invocation) {
        return new Signals(run, invocation);
    }

    /** The data the function declares, by name; none of a sub-task. */
    private Map<String, Datum> declared() {
        Function function = run.program.workflow().functions().get(invocation.function());
        return function == null ? Map.of() : function.emits();
    }

    Datum datum(String name) {
        return declared().get(name);
    }

    private String row(String name) {
        return PREFIX + invocation.call() + "." + name;
    }

    /** A datum is ready. @return false: it is a repeat */
    boolean ready(Datum datum, Object value) {
        byte[] digest = digest(value);
        byte[] before = state.get(row(datum.name()));
        if (before == null) {
            state.put(row(datum.name()), digest);
            return true;
        }
        repeated(datum, "the datum " + datum.name(), before, digest);
        return false;
    }

    /** A slice is there. @return its number; -1: it is a repeat */
    int item(Datum datum, String key, Object value) {
        String stream = row(datum.name());
        String row = isNumber(key) ? stream + "#" + key : stream + "/" + key;
        byte[] digest = digest(value);
        byte[] before = state.get(row);
        if (before != null) {
            repeated(datum, "the slice %s of %s".formatted(key, datum.name()), before, digest);
            return -1;
        }
        Stream seen = Stream.of(state.get(stream));
        if (seen.closed()) {
            throw contradicts(datum.name(), "slice %s came after the close at %d".formatted(key, seen.slices()));
        }
        state.put(row, digest);
        boolean plain = key.equals(Integer.toString(seen.slices()));
        if (!plain) {
            state.putText(stream + "@" + seen.slices(), row.substring(PREFIX.length()));
        }
        state.put(stream, new Stream(seen.slices() + 1, false, seen.named() || !plain).row());
        return seen.slices();
    }

    /** The function closes a stream. @return how many slices there are; -1: it is a repeat */
    int close(Datum datum, long count) {
        Stream seen = Stream.of(state.get(row(datum.name())));
        if (count != seen.slices()) {
            throw contradicts(datum.name(), "closed with %d slices, seen were %d".formatted(count, seen.slices()));
        }
        if (seen.closed()) {
            return -1;
        }
        state.put(row(datum.name()), new Stream(seen.slices(), true, seen.named()).row());
        return seen.slices();
    }

    /** What a result brings that was not signalled, and the closes of the streams that were left open. */
    List<Occurrence> complete(Occurrence completed) {
        List<Occurrence> all = new ArrayList<>();
        Object result = completed.data();
        Map<?, ?> fields = result instanceof Map<?, ?> object ? object : Map.of();
        for (Datum datum : declared().values()) {
            byte[] signalled = state.get(row(datum.name()));
            boolean brought = signalled == null && fields.containsKey(datum.name());
            if (brought) {
                all.add(completed.as(
                        new LeafKey(LeafKey.Kind.READY, invocation.node(), datum.name()),
                        invocation.slice(),
                        fields.get(datum.name())));
            }
            if (datum.kind() == Datum.Kind.STREAM) {
                end(completed, datum, Stream.of(signalled), brought ? fields.get(datum.name()) : List.of(), all);
            }
        }
        forget();
        return all;
    }

    private void end(Occurrence completed, Datum datum, Stream seen, Object value, List<Occurrence> all) {
        if (!(value instanceof List<?> items)) {
            throw TaskFailure.of(
                    "Function.BadResult",
                    "%s declares the stream %s, so its result's field %s must be a list"
                            .formatted(invocation.node(), datum.name(), datum.name()));
        }
        int index = 0;
        for (Object item : items) {
            all.add(item(completed, datum.name(), index, item));
            index++;
        }
        if (!seen.closed()) {
            all.add(closed(completed, datum.name(), seen.slices() + index));
        }
    }

    Occurrence item(Occurrence event, String stream, int index, Object value) {
        Occurrence.Slice slice = new Occurrence.Slice(invocation.node() + "." + stream, index);
        return event.as(new LeafKey(LeafKey.Kind.ITEM, invocation.node(), stream), slice, value);
    }

    Occurrence closed(Occurrence event, String stream, int slices) {
        return event.as(LeafKey.closed(invocation.node(), stream), null, (long) slices);
    }

    /** The function has failed for good: its open streams fail. */
    List<Occurrence> fail(Occurrence failure) {
        List<Occurrence> all = new ArrayList<>();
        for (Datum datum : declared().values()) {
            if (datum.kind() == Datum.Kind.STREAM
                    && !Stream.of(state.get(row(datum.name()))).closed()) {
                LeafKey key = LeafKey.streamFailed(invocation.node(), datum.name());
                all.add(failure.as(key, null, failure.data()));
            }
        }
        forget();
        return all;
    }

    /** Nothing more can come from it. */
    private void forget() {
        for (Datum datum : declared().values()) {
            String row = row(datum.name());
            byte[] signalled = state.get(row);
            if (signalled == null) {
                continue;
            }
            state.remove(row);
            if (datum.kind() == Datum.Kind.STREAM) {
                Stream stream = Stream.of(signalled);
                run.garbage.add(row + "#", "", 0, stream.slices());
                if (stream.named()) {
                    run.garbage.addReferring(row + "@", PREFIX, 0, stream.slices());
                }
            }
        }
    }

    private void repeated(Datum datum, String what, byte[] before, byte[] now) {
        if (!datum.keepFirst() && !java.util.Arrays.equals(before, now)) {
            throw TaskFailure.of(
                    "producer-not-repeatable",
                    "%s signalled %s again with another content; declare it with repeat: keep-first if that may be"
                            .formatted(invocation.node(), what));
        }
    }

    private TaskFailure contradicts(String stream, String how) {
        return TaskFailure.of("Task.CloseContradicts", "stream %s of %s: %s".formatted(stream, invocation.node(), how));
    }

    private static boolean isNumber(String key) {
        return !key.isEmpty() && key.length() < 10 && key.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Of what a value says; where a reference in it leads does not matter. */
    private static byte[] digest(Object value) {
        byte[] json = Json.canonical(value);
        if (References.mayBeIn(json)) {
            json = Json.canonical(References.withoutPlaces(value));
        }
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(json);
            return java.util.Arrays.copyOf(sha, Long.BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
