package io.talflow.gateway.view;

import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A part of a list.
 *
 * @param next where the next page begins; null if there is none
 */
public record Page(List<Map<String, Object>> items, Cursor next) {
    /** The last item of a page: what the next one comes after. */
    public record Cursor(long time, String id) {
        public String token() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((time + "|" + id).getBytes(StandardCharsets.UTF_8));
        }

        /** Null for an empty token. */
        public static Cursor parse(String token) {
            if (token == null || token.isEmpty()) {
                return null;
            }
            try {
                String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
                int bar = text.indexOf('|');
                return new Cursor(Long.parseLong(text.substring(0, bar)), text.substring(bar + 1));
            } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
                throw new GatewayFailure(GatewayError.BAD_REQUEST, "pageToken is none of this gateway's");
            }
        }
    }
}
