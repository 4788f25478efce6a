package io.talflow.gateway.data;

import io.talflow.tal.event.References;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A value as events carry it: {@code {"$data": {of, name, type, bytes, crc32c, base64}}}, or in place of {@code base64} an
 * {@code href}, which a running function gets at its own gateway. Where the value lies is in {@code href} alone, so a
 * function that runs again and puts the same says the same but for that.
 *
 * @param firing of the function that put it
 * @param type media type without parameters
 * @param crc32c 8 hex digits
 */
public record Reference(String firing, String name, String type, long bytes, String crc32c, Content content) {
    /** Bound on what travels in the event itself, bytes. */
    public static final int MOST_INLINE = 64 * 1024;

    /** Where the bytes are. */
    public sealed interface Content {
        /** In the event. */
        record Inline(byte[] bytes) implements Content {}

        /**
         * With a node.
         *
         * @param replica whether the remote store has it, too
         */
        record Held(String node, String id, boolean replica) implements Content {}
    }

    /** {@code {"$data": …}}. */
    public Map<String, Object> json() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("of", firing);
        data.put("name", name);
        data.put("type", type);
        data.put("bytes", bytes);
        data.put("crc32c", crc32c);
        if (content instanceof Content.Inline inline) {
            data.put("base64", Base64.getEncoder().encodeToString(inline.bytes()));
        } else if (content instanceof Content.Held held) {
            data.put(References.HREF, href(held));
        }
        return Map.of(References.FIELD, data);
    }

    private String href(Content.Held held) {
        String href = "/v1/runtime/data/%s/%s?bytes=%d&crc32c=%s&type=%s"
                .formatted(encode(held.node()), held.id(), bytes, crc32c, encode(type));
        return held.replica() ? href + "&replica=true" : href;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
