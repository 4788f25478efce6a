package io.talflow.tal.model;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an action invokes.
 *
 * @param emits the data it declares, by name; a result's field of that name is the datum's value
 * @param timeout bound on one attempt
 * @param heartbeat longest time in which a running attempt must say something, so that it is not taken for stuck
 * @param retry the first entry that names an error decides whether the attempt is made again
 * @param compensate the function that undoes what this one did
 * @param secrets what it is given of the secrets of the node that runs it
 */
public record Function(
        String name,
        Executor executor,
        Map<String, Datum> emits,
        Duration timeout,
        Optional<Duration> heartbeat,
        List<Retry> retry,
        Optional<String> compensate,
        List<Secret> secrets,
        Position position) {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

    public Function {
        emits = Collections.unmodifiableMap(new LinkedHashMap<>(emits));
        retry = List.copyOf(retry);
        secrets = List.copyOf(secrets);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout of %s: must be positive, is %s".formatted(name, timeout));
        }
    }

    /** A function whose failures are neither tried again nor undone. */
    public static Function of(
            String name, Executor executor, Map<String, Datum> emits, Duration timeout, Position position) {
        return new Function(
                name, executor, emits, timeout, Optional.empty(), List.of(), Optional.empty(), List.of(), position);
    }

    /** How a function runs. */
    public sealed interface Executor {
        /** A handler in a Python file of the bundle, run by a warm function server: {@code file.py:handler}. */
        record Python(String file, String handler) implements Executor {}

        /** A service that is already running somewhere: one POST an invocation. */
        record Http(String url) implements Executor {}

        /** An OCI image, in containers that the gateway starts, keeps warm and ends. */
        record Image(String image, Container container) implements Executor {}

        /**
         * A program, run once an invocation: the input on its standard input, the result on its standard output.
         *
         * @param words the program and its arguments, at least one; no shell reads them
         */
        record Command(List<String> words) implements Executor {
            public Command {
                words = List.copyOf(words);
                if (words.isEmpty() || words.get(0).isEmpty()) {
                    throw new IllegalArgumentException("a command needs a program, is " + words);
                }
            }
        }

        /**
         * Stands in for a function of an imported workflow: takes its recorded runtime and answers with a descriptor
         * {@code {"bytes": n}} for each datum in {@link Function#emits}. With a runtime of zero it is the no-op that
         * measures the engine alone.
         */
        record Replay(Duration runtime) implements Executor {}
    }

    /**
     * A secret by its name; its value is known on the node alone.
     *
     * @param header of an http function: has the value and nothing else; empty: Authorization, as a bearer token
     */
    public record Secret(String name, String header) {
        /** The header that an http function's call has it in. */
        public String httpHeader() {
            return header.isEmpty() ? "Authorization" : header;
        }

        /** What is in that header. */
        public String httpValue(String value) {
            return header.isEmpty() ? "Bearer " + value : value;
        }
    }

    /**
     * A named output.
     *
     * @param bytes declared size, of a stream of each slice; -1 when unknown
     * @param slices of a stream that is replayed: how many
     * @param keepFirst a signal that repeats an earlier one with other content is ignored, as opposed to failing the task
     */
    public record Datum(String name, Kind kind, long bytes, int slices, boolean keepFirst) {
        public Datum(String name, Kind kind, long bytes) {
            this(name, kind, bytes, 1, false);
        }

        /** VALUE: one value. STREAM: slices, each an item event, then a close. */
        public enum Kind {
            VALUE,
            STREAM
        }
    }
}
