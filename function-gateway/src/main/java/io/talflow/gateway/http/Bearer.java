package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.runtime.Attempt;
import io.talflow.gateway.runtime.Attempts;
import java.util.Locale;

/** The token of a request, from {@code Authorization: Bearer TOKEN}. */
final class Bearer {
    private static final String SCHEME = "bearer ";

    private Bearer() {}

    /** Empty if there is none. */
    static String token(Context http) {
        String header = http.header("Authorization");
        return header != null && header.toLowerCase(Locale.ROOT).startsWith(SCHEME)
                ? header.substring(SCHEME.length()).strip()
                : "";
    }

    /** @throws GatewayFailure UNKNOWN_TOKEN or ATTEMPT_ENDED */
    static Attempt attempt(Context http, Attempts attempts) {
        try {
            return attempts.of(token(http));
        } catch (GatewayFailure e) {
            if (e.error() == GatewayError.UNKNOWN_TOKEN) {
                http.header("WWW-Authenticate", "Bearer");
            }
            throw e;
        }
    }
}
