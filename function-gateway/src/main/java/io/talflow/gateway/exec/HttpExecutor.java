package io.talflow.gateway.exec;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Pattern;

/**
 * Calls services that are already running: one POST an attempt, no retry of its own. Of each function so many calls are under
 * way at once that one which does not answer leaves room for the others, and is not overrun when it answers again.
 */
public final class HttpExecutor implements FunctionExecutor, AutoCloseable {
    /** Calls of one function that are under way at once. */
    static final int MOST_OF_ONE = 256;

    /** Of all functions, but for {@link FairPlaces the first call of each}. */
    static final int BOUND = 1_024;

    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]*");

    private final FunctionClient client;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final FairPlaces<HttpCall> places = new FairPlaces<>(BOUND, MOST_OF_ONE, System::nanoTime);
    private boolean closed;

    /** @param destinations where it may call */
    public HttpExecutor(Destinations destinations, ScheduledExecutorService timer, Clock clock) {
        this(destinations, InetAddress::getAllByName, timer, clock);
    }

    HttpExecutor(Destinations destinations, Destinations.Lookup lookup, ScheduledExecutorService timer, Clock clock) {
        this.timer = timer;
        this.clock = clock;
        client = new FunctionClient(new CheckedAddresses(destinations, lookup));
    }

    @Override
    public Execution run(FunctionCall invocation) {
        HttpCall call = new HttpCall(invocation);
        for (Map.Entry<String, String> secret :
                invocation.access().secrets().values().entrySet()) {
            if (!HEADER_VALUE.matcher(secret.getValue()).matches()) {
                String message = "secret %s cannot be sent in a header: it must be printable ASCII in one line"
                        .formatted(secret.getKey());
                call.outcome().complete(FunctionErrors.secret(clock.millis(), message));
                return new Execution(call.outcome(), () -> {});
            }
        }
        if (hasPlace(call, invocation.awaited())) {
            begin(call);
        }
        return new Execution(call.outcome(), () -> cancel(call));
    }

    private boolean hasPlace(HttpCall call, boolean awaited) {
        synchronized (places) {
            if (awaited) {
                places.enterBeyond(call.key());
                return true;
            }
            return places.enter(call.key(), call);
        }
    }

    private void begin(HttpCall call) {
        CompletableFuture<?> unused = call.begin(client, timer, clock).thenRun(() -> left(call));
    }

    /** On the timer's thread: were the next call begun here, calls that fail at once would nest without end. */
    private void left(HttpCall call) {
        synchronized (places) {
            if (!closed) {
                places.leave(call.key(), Duration.ZERO).ifPresent(next -> timer.execute(() -> begin(next)));
            }
        }
    }

    private void cancel(HttpCall call) {
        synchronized (places) {
            places.remove(call.key(), call);
        }
        call.cancel(clock);
    }

    @Override
    public void close() {
        synchronized (places) {
            closed = true;
        }
        client.close();
    }
}
