package io.talflow.tal.event;

import io.talflow.tal.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * CloudEvents 1.0 in the Kafka protocol binding, both modes, without a Kafka client: headers are a map of bytes.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">Kafka
 *     protocol binding</a>
 */
public final class CloudEventCodec {
    private static final String STRUCTURED = "application/cloudevents";
    private static final String PREFIX = "ce_";
    private static final String BASE64 = "data_base64";

    private CloudEventCodec() {}

    /**
     * Reads a record of either mode.
     *
     * @param headers by name; of a repeated header the last
     * @throws MalformedEvent if it is no CloudEvents 1.0 event with JSON data
     */
    public static TalEvent decode(Map<String, byte[]> headers, byte[] value) {
        TalEvent event = decodeUnread(headers, value);
        Object unused = data(event);
        return event;
    }

    /**
     * Reads a record of either mode, without a look at the data of a binary one: that is for who uses it.
     *
     * @throws MalformedEvent if it is no CloudEvents 1.0 event
     */
    public static TalEvent decodeUnread(Map<String, byte[]> headers, byte[] value) {
        String contentType = contentType(headers);
        if (contentType.startsWith(STRUCTURED)) {
            return structured(value);
        }
        Map<String, String> attributes = new HashMap<>();
        headers.forEach((name, bytes) -> {
            if (name.startsWith(PREFIX) && bytes != null) {
                attributes.put(name.substring(PREFIX.length()), text(bytes));
            }
        });
        if (attributes.isEmpty()) {
            throw new MalformedEvent(
                    "no CloudEvents: neither ce_ headers nor content-type application/cloudevents+json");
        }
        if (value != null && value.length > 0) {
            if (!contentType.isEmpty() && !contentType.contains("json")) {
                throw new MalformedEvent("datacontenttype must be JSON, is " + contentType);
            }
        }
        return event(attributes, value);
    }

    /** What of an event a reader wants that knows its topic. */
    public record Content(String type, Object data) {}

    /**
     * The type and the data of a record of either mode; its data is parsed once.
     *
     * @throws MalformedEvent if it is no CloudEvents 1.0 event with JSON data
     */
    public static Content content(Map<String, byte[]> headers, byte[] value) {
        if (contentType(headers).startsWith(STRUCTURED)) {
            Map<String, Object> json = object(value);
            if (!json.containsKey(BASE64)) {
                Object data = json.remove("data");
                return new Content(event(attributes(json), null).type(), data);
            }
        }
        TalEvent event = decodeUnread(headers, value);
        return new Content(event.type(), data(event));
    }

    /**
     * The data of an event as a JSON value; null if there is none.
     *
     * @throws MalformedEvent if it is not JSON
     */
    public static Object data(TalEvent event) {
        try {
            return event.value();
        } catch (Json.NotJson e) {
            throw new MalformedEvent("data is not JSON: " + e.getMessage());
        }
    }

    /** Headers of the binary mode; the record's value is {@link TalEvent#data}, never null. */
    public static Map<String, byte[]> headers(TalEvent event) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        attributes(event).forEach((name, value) -> headers.put(PREFIX + name, value.getBytes(StandardCharsets.UTF_8)));
        headers.put("content-type", "application/json".getBytes(StandardCharsets.UTF_8));
        return headers;
    }

    /** The structured mode's JSON; its header is {@code content-type: application/cloudevents+json}. */
    public static byte[] structuredBytes(TalEvent event) {
        return structuredBytes(event, event.value());
    }

    /** The same of an event whose data is at hand as a JSON value; null: it has none. */
    public static byte[] structuredBytes(TalEvent event, Object data) {
        Map<String, Object> json = new LinkedHashMap<>(attributes(event));
        json.put("datacontenttype", "application/json");
        if (data != null) {
            json.put("data", data);
        }
        return Json.bytes(json);
    }

    private static Map<String, String> attributes(TalEvent event) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("specversion", "1.0");
        attributes.put("id", event.id());
        attributes.put("source", event.source());
        attributes.put("type", event.type());
        putUnlessEmpty(attributes, "subject", event.subject());
        if (event.kind() == TalEvent.Kind.DATA) {
            attributes.put("talkind", "data");
        }
        putUnlessEmpty(attributes, "taltask", event.task());
        putUnlessEmpty(attributes, "talfiring", event.firing());
        if (event.attempt() > 0) {
            attributes.put("talattempt", Integer.toString(event.attempt()));
        }
        attributes.putAll(event.extensions());
        return attributes;
    }

    private static String contentType(Map<String, byte[]> headers) {
        String contentType = "";
        for (Map.Entry<String, byte[]> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase("content-type") && header.getValue() != null) {
                contentType = text(header.getValue()).toLowerCase(Locale.ROOT);
            }
        }
        return contentType;
    }

    private static Map<String, Object> object(byte[] structured) {
        try {
            return Json.parseObject(structured == null ? new byte[0] : structured);
        } catch (Json.NotJson e) {
            throw new MalformedEvent("structured CloudEvent is not a JSON object: " + e.getMessage());
        }
    }

    private static TalEvent structured(byte[] value) {
        Map<String, Object> json = object(value);
        Object data = json.remove("data");
        Object base64 = json.remove(BASE64);
        Map<String, String> attributes = attributes(json);
        byte[] bytes = data == null ? new byte[0] : Json.bytes(data);
        if (base64 != null) {
            try {
                bytes = Base64.getDecoder().decode(base64.toString());
            } catch (IllegalArgumentException e) {
                throw new MalformedEvent("data_base64 is not base64");
            }
        }
        return event(attributes, bytes);
    }

    /** Of what is left of a structured event without its data. */
    private static Map<String, String> attributes(Map<String, Object> json) {
        Map<String, String> attributes = new HashMap<>();
        json.forEach((name, attribute) -> {
            if (attribute instanceof Map || attribute instanceof java.util.List) {
                throw new MalformedEvent("attribute %s must be a string, number or boolean".formatted(name));
            }
            if (attribute != null) {
                attributes.put(name, attribute.toString());
            }
        });
        return attributes;
    }

    private static TalEvent event(Map<String, String> attributes, byte[] data) {
        String version = required(attributes, "specversion");
        if (!version.equals("1.0")) {
            throw new MalformedEvent("specversion must be 1.0, is " + version);
        }
        String id = required(attributes, "id");
        String source = required(attributes, "source");
        String type = required(attributes, "type");
        String subject = attributes.remove("subject");
        TalEvent.Kind kind = "data".equals(attributes.remove("talkind")) ? TalEvent.Kind.DATA : TalEvent.Kind.CONTROL;
        String task = attributes.remove("taltask");
        String firing = attributes.remove("talfiring");
        String attempt = attributes.remove("talattempt");
        attributes.remove("datacontenttype");
        return new TalEvent(id, source, type, subject, kind, task, firing, attempt(attempt), attributes, data);
    }

    private static int attempt(String attempt) {
        if (attempt == null) {
            return 0;
        }
        try {
            int number = Integer.parseInt(attempt);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // the one message below serves both
        }
        throw new MalformedEvent("talattempt must be a number of 0 or more, is " + attempt);
    }

    private static String required(Map<String, String> attributes, String name) {
        String value = attributes.remove(name);
        if (value == null || value.isEmpty()) {
            throw new MalformedEvent("required attribute %s is missing or empty".formatted(name));
        }
        return value;
    }

    private static void putUnlessEmpty(Map<String, String> map, String name, String value) {
        if (!value.isEmpty()) {
            map.put(name, value);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A record that is no usable CloudEvent; the message says why and ends in the dead letter. */
    public static final class MalformedEvent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public MalformedEvent(String message) {
            super(message);
        }
    }
}
