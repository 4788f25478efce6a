package io.talflow.tal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * JSON values as plain Java: null, Boolean, Long, Double, String, {@code List<Object>}, {@code Map<String, Object>}.
 * Integers that fit are long, since CEL knows no other; a larger one becomes a double, as in any JSON library of 64 bits.
 */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(200)
                            .maxStringLength(64 * 1024 * 1024)
                            .maxNumberLength(400)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectReader ANY = MAPPER.readerFor(Object.class);
    private static final JsonMapper CANONICAL = MAPPER.rebuild()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private Json() {}

    /** @throws NotJson if the bytes are not exactly one JSON value */
    public static Object parse(byte[] json) {
        try {
            return normal(ANY.readValue(json));
        } catch (IOException e) {
            throw new NotJson(e);
        }
    }

    /** @throws NotJson if the text is not exactly one JSON value */
    public static Object parse(String json) {
        return parse(json.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws NotJson if the bytes are not one JSON object */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> parseObject(byte[] json) {
        if (parse(json) instanceof Map<?, ?> object) {
            return (Map<String, Object>) object;
        }
        throw new NotJson(new IOException("expected a JSON object"));
    }

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String text(Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    public static String pretty(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same bytes for equal values: object keys sorted. What digests are taken of. */
    public static byte[] canonical(Object value) {
        try {
            return CANONICAL.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object normal(Object value) {
        return value instanceof java.math.BigInteger big ? (Object) big.doubleValue() : value;
    }

    /** Bytes that are not JSON. */
    public static final class NotJson extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotJson(IOException cause) {
            super(
                    cause instanceof JsonProcessingException json && json.getLocation() != null
                            ? "%s at line %d, column %d"
                                    .formatted(
                                            json.getOriginalMessage(),
                                            json.getLocation().getLineNr(),
                                            json.getLocation().getColumnNr())
                            : cause.getMessage(),
                    cause);
        }
    }
}
