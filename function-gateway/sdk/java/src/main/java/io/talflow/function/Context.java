package io.talflow.function;

import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a handler is told about its invocation, and what it can say while it runs. */
public final class Context {
    private final Map<String, String> headers;
    private final Optional<Signals> signals;
    private final Optional<Data> data;
    private final Clock clock;
    private final Instant deadline;
    private final int attempt;
    private final Map<String, String> secrets;
    private volatile boolean cancelled;

    /**
     * @param headers of the call, by lower-case name
     * @throws IllegalArgumentException if one of them breaks its rule
     */
    Context(Map<String, String> headers, Optional<Signals> signals, Optional<URI> gateway, Clock clock) {
        this.headers = headers;
        this.signals = signals;
        this.clock = clock;
        this.deadline = Instant.ofEpochMilli(Long.parseLong(headers.getOrDefault("x-deadline-ms", "0")));
        this.attempt = Integer.parseInt(headers.getOrDefault("x-talflow-attempt", "1"));
        this.secrets = secrets(headers.get("x-talflow-secrets"));
        this.data = gateway.map(
                url -> new Data(url, headers.getOrDefault("x-talflow-token", ""), deadline.toEpochMilli(), clock));
    }

    private static Map<String, String> secrets(String header) {
        Map<String, String> secrets = new LinkedHashMap<>();
        if (header != null) {
            String json = new String(Base64.getDecoder().decode(header), StandardCharsets.UTF_8);
            ((Map<?, ?>) Json.read(json)).forEach((name, value) -> secrets.put(name.toString(), value.toString()));
        }
        return Collections.unmodifiableMap(secrets);
    }

    /** Id of the task, {@code workflow/key}. */
    public String task() {
        return headers.getOrDefault("x-talflow-task", "");
    }

    /** Id of the invocation; the same in each attempt, so it serves as an idempotency key. */
    public String firing() {
        return headers.getOrDefault("idempotency-key", "");
    }

    /** 1 for the first attempt. */
    public int attempt() {
        return attempt;
    }

    /** Values of the function's declared secrets, by name. */
    public Map<String, String> secrets() {
        return secrets;
    }

    /** When the attempt is stopped. */
    public Instant deadline() {
        return deadline;
    }

    /** Until the deadline, never negative. */
    public Duration remaining() {
        Duration left = Duration.between(clock.instant(), deadline);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /**
     * Whether nobody waits for the result any more: the time is over, the task has ended, or the process is to end. The
     * handler's thread is interrupted, too.
     */
    public boolean isCancelled() {
        return cancelled || deadline.toEpochMilli() > 0 && !clock.instant().isBefore(deadline);
    }

    void cancel() {
        cancelled = true;
    }

    /**
     * Says that a declared value is there; whoever waits for it starts now. Returns when Kafka has it, as the other
     * signals do.
     *
     * @throws SignalRefused the gateway does not take it
     * @throws SignalUnacknowledged the gateway does not answer
     */
    public void ready(String name, Object value) {
        signalling().ready(name, value);
    }

    /** Says that a slice of a declared stream is there; the number of the call is its key. */
    public void item(String name, Object value) {
        signalling().item(name, value, Optional.empty());
    }

    /** The same of a slice that a key identifies in every attempt. A stream's items have keys all or none. */
    public void item(String name, Object value, String key) {
        signalling().item(name, value, Optional.of(key));
    }

    /** Says that a stream has no more slices than this attempt sent. Returns how many that are. */
    public long close(String name) {
        return signalling().close(name);
    }

    /**
     * Says how far the work is, for people. Also a heartbeat.
     *
     * @param fraction 0 to 1
     * @param message up to 200 characters
     */
    public void progress(double fraction, String message) {
        signalling().progress(Map.of("fraction", fraction, "message", message));
    }

    /** The same where it is not known of how much. */
    public void progress(String message) {
        signalling().progress(Map.of("message", message));
    }

    /** Says that the function is at work; each other signal says so, too. See {@code heartbeat} in docs/functions.md. */
    public void heartbeat() {
        signalling().heartbeat();
    }

    /**
     * Adds a rule to the task, with the keys of a workflow's rules.
     *
     * @throws SignalRefused it does not check
     */
    public void rule(Map<String, Object> rule) {
        signalling().rule(rule);
    }

    /**
     * Hands over a value of any size. Returns its reference, which stands for it in results, signals and inputs. Waits
     * while the node is full.
     *
     * @throws DataRefused it is not taken
     * @throws DataUnavailable the attempt's time is nearly over
     */
    public Map<String, Object> put(String name, Value value) {
        return values().put(name, value);
    }

    /**
     * The value that a reference stands for; on the node that has it, of the file it lies in.
     *
     * @throws DataRefused {@code gateway/data-lost}: it cannot be had any more
     * @throws DataUnavailable the attempt's time is nearly over; also of the stream's reads
     */
    public InputStream get(Object reference) {
        return values().get(reference);
    }

    private Data values() {
        return data.orElseThrow(() -> new IllegalStateException("this invocation has no gateway to hand data to"));
    }

    /** Prints a line with the time to the invocation's log. */
    public void log(String format, Object... arguments) {
        System.err.println(clock.instant() + " " + String.format(format, arguments));
    }

    private Signals signalling() {
        return signals.orElseThrow(() -> new IllegalStateException("this invocation has no gateway to signal to"));
    }
}
