package io.talflow.gateway.journal;

import io.talflow.tal.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** How an attempt ended. */
public sealed interface Outcome {
    /** When the function began to run; epoch milliseconds. */
    long beganAt();

    /** JSON: the data of the event that tells it. */
    byte[] data();

    /** The same with other data. */
    Outcome with(byte[] newData);

    /** @param data the function's result */
    record Completed(long beganAt, byte[] data) implements Outcome {
        @Override
        public Outcome with(byte[] newData) {
            return new Completed(beganAt, newData);
        }
    }

    /**
     * @param data {@code {error, message, retryable?, retryAfterMs?, trace?}}; {@code retryable} false: an attempt more would
     *     fail as well; {@code retryAfterMs}: not sooner than after so many milliseconds
     */
    record Failed(long beganAt, byte[] data) implements Outcome {
        @Override
        public Outcome with(byte[] newData) {
            return new Failed(beganAt, newData);
        }

        /** @param trace empty if there is none */
        public static Failed of(long beganAt, String error, String message, String trace) {
            return of(beganAt, error, message, Map.of(), trace);
        }

        /** The same, saying whether an attempt more is worth it. */
        public static Failed of(long beganAt, String error, String message, String trace, boolean retryable) {
            return of(beganAt, error, message, Map.of("retryable", retryable), trace);
        }

        private static Failed of(long beganAt, String error, String message, Map<String, Object> more, String trace) {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("error", error);
            data.put("message", message);
            data.putAll(more);
            if (!trace.isEmpty()) {
                data.put("trace", trace);
            }
            return new Failed(beganAt, Json.bytes(data));
        }
    }
}
