package io.talflow.tal.oracle;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** One invocation, its attempts (D45), and what it has said while it ran (D28 to D32). */
final class Invoked {
    /** What every firing's id begins with: the task's, and the offset of its start. */
    private static final String TASK = TalText.WORKFLOW + "/k@1/";

    private final Flow.Function function;
    private final String firing;
    private final Optional<Occurrence.Slice> slice;
    private final Map<String, Map<String, Long>> items = new LinkedHashMap<>();
    private final Map<String, Long> ready = new HashMap<>();
    private final Set<String> closed = new HashSet<>();
    private final Map<Flow.Retry, Integer> retries = new HashMap<>();
    private final Bound bound;
    private final Placed placed;
    private Phase phase;
    private int attempt = 1;
    private long attemptFrom;
    private long waitsSince;
    private int losses;

    private enum Phase {
        QUEUED,
        RUNNING,
        BACKOFF,
        ENDED
    }

    /** @param bound of the rule that wants it */
    Invoked(Flow.Function function, String firing, Optional<Occurrence.Slice> slice, Bound bound, Placed placed) {
        this.function = function;
        this.firing = firing;
        this.slice = slice;
        this.bound = bound;
        this.placed = placed;
        function.streams().forEach(stream -> items.put(stream, new LinkedHashMap<>()));
        phase = Phase.QUEUED;
        if (bound.takes(this, false)) {
            runs();
        }
    }

    Flow.Function function() {
        return function;
    }

    boolean isOpen() {
        return phase != Phase.ENDED;
    }

    /** It has got a place (D48). */
    void runs() {
        phase = Phase.RUNNING;
        if (!function.isTask()) {
            placed.call(firing, attempt);
        }
    }

    boolean isRunning() {
        return phase == Phase.RUNNING;
    }

    /** When its delay is over; empty: it is not waiting to be tried again. */
    OptionalLong triedAgainAt() {
        return phase == Phase.BACKOFF ? OptionalLong.of(attemptFrom) : OptionalLong.empty();
    }

    /** D26: of what is due at one time retries come last. */
    Moment retry(Moment start) {
        return new Moment(attemptFrom, -1, Optional.of(start), Integer.MAX_VALUE);
    }

    /** When its last attempt failed. */
    long waitsSince() {
        return waitsSince;
    }

    /** D48: a retry waits at the head. */
    void isTriedAgain() {
        phase = Phase.QUEUED;
        if (bound.takes(this, true)) {
            runs();
        }
    }

    private void ends() {
        phase = Phase.ENDED;
        bound.leaves(this);
    }

    boolean isOf(String node) {
        return function.name().equals(node);
    }

    /** @return false if the task fails for it */
    boolean says(RawEvent event, Oracle task) {
        if (losses > 0 && event.attempt() < attempt) {
            return true; // D28, D57: what is said by an attempt before the last does not count after a loss
        }
        return switch (event.type()) {
            case READY -> !function.values().contains(event.name()) || ready(event, task);
            case ITEM -> !function.streams().contains(event.name()) || item(event, task);
            case CLOSE -> !function.streams().contains(event.name()) || close(event, task);
            case COMPLETED, FAILED, LOST ->
                !isEndedBy(event, task)
                        || (event.type() == RawEvent.Type.COMPLETED ? completed(event, task) : failed(event, task));
            default -> throw new IllegalArgumentException("no function says " + event);
        };
    }

    /** Whether it is an outcome that no attempt follows; D6: of the attempt that runs, while one waits none does. */
    boolean isEndedBy(RawEvent event, Oracle task) {
        if (event.attempt() != attempt || phase != Phase.RUNNING) {
            return false;
        }
        boolean ended = switch (event.type()) {
            case COMPLETED -> true;
            case FAILED -> !willBeTriedAgain("E" + event.n(), task);
            case LOST -> !function.isTask() && isLostForGood(event) && !willBeTriedAgain("Node.Lost", task);
            default -> false;
        };
        if (ended) {
            ends();
        }
        return ended;
    }

    /** D57: the next attempt at once, in the same place; the tenth loss is a failure. */
    private boolean isLostForGood(RawEvent event) {
        placed.on(event.subject());
        if (losses == 9) {
            return true;
        }
        losses++;
        attempt++;
        runs();
        return false;
    }

    /** D45. */
    private boolean willBeTriedAgain(String error, Oracle task) {
        Optional<Flow.Retry> entry = function.retry().stream()
                .filter(retry -> retry.error().isEmpty() || retry.error().equals(error))
                .findFirst();
        int before = entry.map(retry -> retries.getOrDefault(retry, 0)).orElse(0);
        if (entry.isEmpty() || before >= entry.get().maxAttempts()) {
            return false;
        }
        retries.put(entry.get(), before + 1);
        waitsSince = task.now();
        attemptFrom = waitsSince + delayMicros(entry.get(), before);
        attempt++;
        phase = Phase.BACKOFF;
        bound.leaves(this);
        return true;
    }

    private long delayMicros(Flow.Retry retry, int before) {
        double micros = retry.interval() * 1000.0 * Math.pow(retry.backoffRate(), before);
        if (retry.maxDelay() > 0) {
            micros = Math.min(micros, retry.maxDelay() * 1000.0);
        }
        return (long) (retry.jitter() ? micros * uniform() : micros);
    }

    /** The first 53 bits of SHA-256 of FIRING/ATTEMPT as a fraction. */
    private double uniform() {
        try {
            byte[] text = (TASK + firing + "/" + attempt).getBytes(StandardCharsets.UTF_8);
            long bits = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text))
                    .getLong();
            return (bits >>> 11) / (double) (1L << 53);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** D43. @param by id of the event that completed the match which cancels it */
    void cancel(String by, Oracle task) {
        ends();
        task.happens(Expr.Kind.SETTLED, function.name(), "", by, OptionalLong.empty(), slice);
        closeRest(by, true, task);
    }

    private boolean ready(RawEvent event, Oracle task) {
        Long before = ready.putIfAbsent(event.name(), event.n());
        if (before == null) {
            happens(Expr.Kind.READY, "." + event.name(), event, Optional.empty(), task);
        }
        return before == null || before == event.n() || function.keepsFirst();
    }

    private boolean item(RawEvent event, Oracle task) {
        Map<String, Long> slices = items.get(event.name());
        Long before = slices.get(event.id());
        if (before != null) {
            return before == event.n() || function.keepsFirst();
        }
        if (closed.contains(event.name())) {
            return false;
        }
        Occurrence.Slice next = new Occurrence.Slice(over(event.name()), slices.size());
        slices.put(event.id(), event.n());
        happens(Expr.Kind.ITEM, "." + event.name(), event, Optional.of(next), task);
        return true;
    }

    private boolean close(RawEvent event, Oracle task) {
        if (items.get(event.name()).size() != event.n()) {
            return false;
        }
        if (closed.add(event.name())) {
            task.closes(over(event.name()), event.id(), (int) event.n(), false);
        }
        return true;
    }

    private boolean completed(RawEvent event, Oracle task) {
        task.end().completed(function);
        happens(Expr.Kind.COMPLETED, "", event, slice, task);
        happens(Expr.Kind.SETTLED, "", event, slice, task);
        function.streams().forEach(stream -> streamEnds(stream, event, task));
        if (event.bringsValues()) {
            function.values().stream()
                    .filter(value -> !ready.containsKey(value))
                    .forEach(value -> happens(Expr.Kind.READY, "." + value, event, slice, task));
        }
        return true;
    }

    /** D7: with the slices that the result brings, if none was signalled; then the close, if it is still open (D31). */
    private void streamEnds(String stream, RawEvent event, Oracle task) {
        int slices = items.get(stream).size();
        if (event.bringsSlices().isPresent() && slices == 0 && !closed.contains(stream)) {
            slices = event.bringsSlices().getAsInt();
            task.happens(Expr.Kind.READY, over(stream), "", event.id(), OptionalLong.empty(), slice);
            for (int number = 0; number < slices; number++) {
                Occurrence.Slice of = new Occurrence.Slice(over(stream), number);
                happens(Expr.Kind.ITEM, "." + stream, event, Optional.of(of), task);
            }
        }
        if (closed.add(stream)) {
            task.closes(over(stream), event.id(), slices, false);
        }
    }

    private boolean failed(RawEvent event, Oracle task) {
        Set<String> streams = new HashSet<>();
        items.keySet().stream().filter(stream -> !closed.contains(stream)).forEach(stream -> streams.add(over(stream)));
        Occurrence failure = task.failure(function.name(), event, slice);
        boolean awaited = task.waitsForFailure(failure, streams);
        task.happens(Expr.Kind.FAILED, function.name(), "", event.id(), failure.n(), slice);
        closeRest(event.id(), true, task);
        if (!awaited) {
            task.failsThen();
        }
        return true;
    }

    private void closeRest(String id, boolean failed, Oracle task) {
        items.forEach((stream, slices) -> {
            if (closed.add(stream)) {
                task.closes(over(stream), id, slices.size(), failed);
            }
        });
    }

    private String over(String stream) {
        return function.name() + "." + stream;
    }

    private void happens(Expr.Kind kind, String datum, RawEvent event, Optional<Occurrence.Slice> of, Oracle task) {
        task.happens(kind, function.name() + datum, "", event.id(), OptionalLong.of(event.n()), of);
    }
}
