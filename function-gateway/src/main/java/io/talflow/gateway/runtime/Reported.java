package io.talflow.gateway.runtime;

import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.secret.Secrets;
import io.talflow.tal.Json;
import io.talflow.tal.model.Retry;
import java.util.LinkedHashMap;
import java.util.Map;

/** How an attempt ended, as its function reports it after it has answered 202. */
public sealed interface Reported {
    /** JSON: the data of the event that will tell it. */
    byte[] data();

    /** @param beganAt when the function was called, epoch milliseconds */
    Outcome outcome(long beganAt);

    /** The same without the values of secrets. */
    Reported masked(Secrets secrets);

    /** Whether the outcome is this report, as opposed to one that says the same. */
    default boolean became(Outcome outcome) {
        return outcome.data() == data();
    }

    /** @param data JSON */
    record Result(byte[] data) implements Reported {
        @Override
        public Outcome outcome(long beganAt) {
            return new Outcome.Completed(beganAt, data);
        }

        @Override
        public Reported masked(Secrets secrets) {
            return new Result(secrets.maskedJson(data));
        }
    }

    /** @param data as in {@link Outcome.Failed} */
    record Failure(byte[] data) implements Reported {
        /**
         * @param told {@code {message?, retryable?, retryAfterMs?}}
         * @throws IllegalArgumentException that names the field and its rule
         */
        public static Failure of(String error, Map<String, Object> told) {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("error", error);
            data.put("message", field(told, "message", String.class, "a string", ""));
            data.put("retryable", field(told, "retryable", Boolean.class, "true or false", true));
            long after = field(told, "retryAfterMs", Long.class, "a whole number", 0L);
            if (after < 0 || after > Retry.MAX_RETRY_AFTER.toMillis()) {
                throw new IllegalArgumentException(
                        "retryAfterMs must be 0 to %d, is %d".formatted(Retry.MAX_RETRY_AFTER.toMillis(), after));
            }
            if (after > 0) {
                data.put("retryAfterMs", after);
            }
            return new Failure(Json.bytes(data));
        }

        private static <T> T field(Map<String, Object> told, String name, Class<T> type, String rule, T otherwise) {
            Object value = told.getOrDefault(name, otherwise);
            if (!type.isInstance(value)) {
                throw new IllegalArgumentException("%s must be %s, is %s".formatted(name, rule, value));
            }
            return type.cast(value);
        }

        @Override
        public Outcome outcome(long beganAt) {
            return new Outcome.Failed(beganAt, data);
        }

        @Override
        public Reported masked(Secrets secrets) {
            return new Failure(secrets.maskedJson(data));
        }
    }
}
