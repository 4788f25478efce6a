package io.talflow.gateway.exec;

import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.model.Retry;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What a function answered to a call, and what that means by the function contract (docs/functions.md), whichever executor
 * made the call.
 *
 * @param headers by lower-case name; of a repeated header the last
 */
public record FunctionReply(int status, Map<String, String> headers, byte[] body) {
    /** The header by which a function names its error. */
    static final String ERROR = "x-talflow-error";

    private static final int MAX_MESSAGE = 2_000;
    private static final int MAX_TRACE = 16_000;
    private static final Pattern ERROR_NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    /**
     * The outcome of the attempt; empty for 202, after which the function reports it by the runtime API.
     *
     * @param who names the function in messages: its address or what it runs in
     * @param beganAt when the call was made, epoch milliseconds
     * @param now when the reply came, epoch milliseconds; what a date in {@code Retry-After} counts from
     */
    public Optional<Outcome> outcome(String who, long beganAt, long now) {
        if (status == 202) {
            return Optional.empty();
        }
        return Optional.of(status / 100 == 2 ? result(beganAt) : failure(who, beganAt, now));
    }

    /** Worth another attempt: the function was busy, slow or broken, and not asked for something it refuses. */
    private boolean retryable() {
        return status == 408 || status == 429 || status >= 500;
    }

    private Outcome result(long beganAt) {
        boolean structured = headers.getOrDefault("content-type", "").startsWith("application/cloudevents");
        if (!structured && !headers.containsKey("ce-specversion")) {
            return FunctionErrors.result(beganAt, body);
        }
        try {
            return FunctionErrors.result(
                    beganAt, CloudEventCodec.decodeUnread(attributes(), body).data());
        } catch (CloudEventCodec.MalformedEvent e) {
            return Outcome.Failed.of(
                    beganAt, "Function.BadResult", "the result is not a CloudEvent: " + e.getMessage(), "");
        }
    }

    /** As the codec knows them, which reads the Kafka binding: its prefix differs from that of HTTP. */
    private Map<String, byte[]> attributes() {
        Map<String, byte[]> attributes = new HashMap<>();
        headers.forEach((name, value) -> attributes.put(
                name.startsWith("ce-") ? "ce_" + name.substring(3) : name, value.getBytes(StandardCharsets.UTF_8)));
        return attributes;
    }

    private Outcome failure(String who, long beganAt, long now) {
        Map<String, Object> data = new LinkedHashMap<>();
        String named = headers.getOrDefault(ERROR, "");
        if (ERROR_NAME.matcher(named).matches()) {
            Map<String, Object> told = object();
            data.put("error", named);
            data.put("message", cut(told.get("message") instanceof String message ? message : text(), MAX_MESSAGE));
            if (told.get("trace") instanceof String trace && !trace.isEmpty()) {
                data.put("trace", cut(trace, MAX_TRACE));
            }
        } else {
            data.put("error", "Http." + status);
            data.put("message", cut("%s answered %d: %s".formatted(who, status, text()), MAX_MESSAGE));
        }
        data.put("retryable", retryable());
        if (retryable()) {
            retryAfterMillis(now).ifPresent(millis -> data.put("retryAfterMs", millis));
        }
        return new Outcome.Failed(beganAt, Json.bytes(data));
    }

    /**
     * How long the function asks to be left alone, 0 to {@link Retry#MAX_RETRY_AFTER}; empty if it does not say, or not as
     * seconds or a date.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3">RFC 9110, Retry-After</a>
     */
    private OptionalLong retryAfterMillis(long now) {
        String told = headers.getOrDefault("retry-after", "");
        if (SECONDS.matcher(told).matches()) {
            return OptionalLong.of(bounded(Long.parseLong(told) * 1_000));
        }
        try {
            ZonedDateTime date = ZonedDateTime.parse(told, DateTimeFormatter.RFC_1123_DATE_TIME);
            return OptionalLong.of(bounded(date.toInstant().toEpochMilli() - now));
        } catch (DateTimeException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }

    private static long bounded(long millis) {
        return Math.max(0, Math.min(millis, Retry.MAX_RETRY_AFTER.toMillis()));
    }

    private Map<String, Object> object() {
        try {
            return Json.parseObject(body);
        } catch (Json.NotJson e) {
            return Map.of();
        }
    }

    private String text() {
        return new String(body, StandardCharsets.UTF_8).strip();
    }

    private static String cut(String text, int most) {
        return text.length() > most ? text.substring(0, most) : text;
    }
}
