package io.talflow.gateway.data;

import io.talflow.gateway.DaemonThreads;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Values that are lost, put again by their functions. A function is called again once for all that wait for its values, and
 * what it puts is kept for those that come later. What comes is the same as what was lost, by its name, length and checksum,
 * or is not given to anybody.
 */
final class Remakes implements AutoCloseable {
    /** Bound on firings remembered that have put again what they could. */
    private static final int MOST = 1_000;

    private final Values values;
    private final Producers producers;
    private final Map<String, Remake> byFiring = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(new DaemonThreads("data-remake"));

    Remakes(Values values, Producers producers) {
        this.values = values;
        this.producers = producers;
    }

    /** Who waits for a value. */
    private record Waiting(Reading reading, Wanted wanted, CompletableFuture<Value> value) {}

    /** What a function has put again. */
    private static final class Made {
        private final String name;
        private Value value;
        private boolean given;

        Made(String name, Value value) {
            this.name = name;
            this.value = value;
        }

        boolean is(Waiting waiting) {
            return name.equals(waiting.reading().name()) && waiting.wanted().matches(value.descriptor());
        }
    }

    /** One more attempt of a firing. */
    private static final class Remake {
        private final List<Waiting> waiting = new ArrayList<>();
        private final List<Made> made = new ArrayList<>();
        private boolean ended;
    }

    /**
     * The value, when its function has put it again; the call goes on to its end then.
     *
     * @param lost why the value cannot be had otherwise
     * @throws GatewayFailure DATA_LOST if it was not put, DATA_NOT_REPEATABLE if another was
     */
    Value remake(Reading reading, Wanted wanted, String lost) {
        Waiting waiting = new Waiting(reading, wanted, new CompletableFuture<>());
        synchronized (this) {
            Remake known = byFiring.get(reading.of());
            if (known == null || !takes(known, waiting)) {
                if (byFiring.size() >= MOST) {
                    byFiring.values().removeIf(remake -> remake.ended);
                }
                Remake begun = new Remake();
                begun.waiting.add(waiting);
                byFiring.put(reading.of(), begun);
                threads.execute(() -> run(reading.of(), begun, lost));
            }
        }
        try {
            return waiting.value().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof GatewayFailure failure ? failure : e;
        }
    }

    /** Whether it has what is waited for, or may put it yet. */
    private boolean takes(Remake remake, Waiting waiting) {
        remake.made.removeIf(made -> !values.has(made.value.descriptor().id()));
        for (Made made : remake.made) {
            if (made.is(waiting)) {
                give(made, waiting);
                return true;
            }
        }
        if (!remake.ended) {
            remake.waiting.add(waiting);
        }
        return !remake.ended;
    }

    /** A function that is called again has put a value. */
    synchronized void made(Put put, Value value) {
        Remake remake = byFiring.get(put.firing());
        if (remake == null) {
            return;
        }
        Made made = new Made(put.name(), value);
        remake.made.add(made);
        List<Waiting> served = remake.waiting.stream().filter(made::is).toList();
        remake.waiting.removeAll(served);
        served.forEach(waiting -> give(made, waiting));
    }

    /** Under the id that the reference says, so that the next reader finds it. */
    private void give(Made made, Waiting waiting) {
        try {
            Value again = values.again(made.value, waiting.wanted().id());
            if (!made.given) {
                values.free(made.value);
                made.value = again;
                made.given = true;
            }
            waiting.value().complete(again);
        } catch (IOException e) {
            waiting.value().completeExceptionally(Folders.failure(e));
        }
    }

    private void run(String firing, Remake remake, String lost) {
        Producers.Ended ended = new Producers.Ended(0, "it cannot be called");
        try {
            ended = producers.again(firing);
        } finally {
            synchronized (this) {
                remake.ended = true;
                for (Waiting waiting : remake.waiting) {
                    waiting.value().completeExceptionally(missing(waiting, remake.made, ended, lost));
                }
                remake.waiting.clear();
            }
        }
    }

    private static GatewayFailure missing(Waiting waiting, List<Made> made, Producers.Ended ended, String lost) {
        Reading reading = waiting.reading();
        Wanted wanted = waiting.wanted();
        Optional<Descriptor> other = made.stream()
                .filter(one -> one.name.equals(reading.name()))
                .map(one -> one.value.descriptor())
                .findFirst();
        if (ended.attempt() > 0 && ended.failure().isEmpty() || other.isPresent()) {
            String put = other.map(one -> "put %d bytes with checksum %s".formatted(one.bytes(), one.crc32c()))
                    .orElse("did not put it as a value of its own");
            return new GatewayFailure(
                    GatewayError.DATA_NOT_REPEATABLE,
                    ("value %s of %s, %d bytes with checksum %s, is lost (%s), and its function, called again as attempt %d, %s:"
                                    + " let the function put the same each time, or let the value outlive its node with"
                                    + " ctx.put(…, replicate=True) and a remote store")
                            .formatted(
                                    reading.name(),
                                    reading.of(),
                                    wanted.bytes(),
                                    wanted.crc32c(),
                                    lost,
                                    ended.attempt(),
                                    put));
        }
        return new GatewayFailure(
                GatewayError.DATA_LOST,
                "value %s of %s is lost (%s), and its function could not put it again: %s"
                        .formatted(reading.name(), reading.of(), lost, ended.failure()));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
