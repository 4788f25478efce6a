package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.auth.Principal;
import io.talflow.gateway.auth.Role;
import io.talflow.gateway.auth.Tokens;
import io.talflow.gateway.runtime.Attempts;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Stands before every route: who calls, and whether that may be. Nothing of the body is read before. */
final class Guard {
    private static final String CALLER = "talflow.caller";
    private static final Pattern LOOPBACK_HOST =
            Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]+)?", Pattern.CASE_INSENSITIVE);

    private final Optional<Tokens> tokens;
    private final Attempts attempts;
    private final boolean onLoopback;
    private final boolean jobsShowCertificates;
    private final int functionsPort;

    /** @param tokens empty: everybody may do everything */
    Guard(Optional<Tokens> tokens, Attempts attempts, Listeners listeners) {
        this.tokens = tokens;
        this.attempts = attempts;
        onLoopback = listeners.onLoopback();
        jobsShowCertificates = listeners.tls().flatMap(ServerTls::jobs).isPresent();
        functionsPort = listeners.functionsPort();
    }

    Handler before(HttpServer.Route route) {
        return http -> {
            Audit.begins(http, route);
            check(route.need(), http);
            route.handler().handle(http);
        };
    }

    /** Who calls; empty without authentication. */
    static Optional<Principal> caller(Context http) {
        return Optional.ofNullable(http.attribute(CALLER));
    }

    private void check(Need need, Context http) {
        if (need != Need.ATTEMPT && http.req().getLocalPort() == functionsPort) {
            throw new GatewayFailure(
                    GatewayError.NOT_FOUND, "%s is not at the address for functions".formatted(http.path()));
        }
        if (need == Need.ATTEMPT) {
            Bearer.attempt(http, attempts);
        }
        if (need == Need.JOB && jobsShowCertificates && !ServerTls.hasCertificate(http.req())) {
            throw new GatewayFailure(
                    GatewayError.CERTIFICATE_NEEDED,
                    "%s %s needs a client's certificate that leads to one of this gateway's --job-ca, and none was shown"
                            .formatted(http.method(), http.path()));
        }
        Role role = need.role().orElse(null);
        if (role == null) {
            return;
        }
        if (tokens.isEmpty()) {
            fromHere(http);
            return;
        }
        Principal caller = tokens.get().holder(Bearer.token(http)).orElseThrow(() -> {
            http.header("WWW-Authenticate", "Bearer realm=\"talflow\"");
            return new GatewayFailure(
                    GatewayError.UNAUTHENTICATED,
                    "%s %s needs a token of role %s, and what came is none that this gateway knows"
                            .formatted(http.method(), http.path(), role.word()));
        });
        http.attribute(CALLER, caller);
        if (!caller.role().covers(role)) {
            throw new GatewayFailure(
                    GatewayError.FORBIDDEN,
                    "%s %s needs role %s, token %s of %s has %s"
                            .formatted(
                                    http.method(),
                                    http.path(),
                                    role.word(),
                                    caller.id(),
                                    caller.name(),
                                    caller.role().word()),
                    Map.of("role", role.word()));
        }
    }

    /**
     * Without tokens a loopback address protects from other machines, yet not from web pages: a browser on this one sends
     * what a page asks it to. It says so in Origin, or, where a name was made to lead here, in Host.
     */
    private void fromHere(Context http) {
        String host = http.header("Host");
        String origin = http.header("Origin");
        if (onLoopback && host != null && !LOOPBACK_HOST.matcher(host).matches()) {
            throw foreign("Host", host);
        }
        if (origin != null && !origin.equals("null") && host != null && host.equalsIgnoreCase(authority(origin))) {
            return;
        }
        if (origin != null) {
            throw foreign("Origin", origin);
        }
    }

    private static String authority(String origin) {
        try {
            return String.valueOf(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static GatewayFailure foreign(String header, String value) {
        return new GatewayFailure(
                GatewayError.FOREIGN_ORIGIN,
                "this gateway takes no requests from web pages of other sites; %s is %s".formatted(header, value));
    }
}
