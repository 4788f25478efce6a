package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.talflow.gateway.auth.Principal;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line for each call that changes something, and for each that was refused for who made it, in the log
 * {@code io.talflow.audit}: who, what, which task, how it ended; nothing of a body. Firings and signals that were taken
 * have none: journal and task's log have them, and they are too many.
 */
final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("io.talflow.audit");
    private static final String TASK = "talflow.task";
    private static final String WRITES = "talflow.writes";
    private static final int MAX_TEXT = 300;

    private Audit() {}

    /** The task that a call turned out to be about, if its address does not say. */
    static void task(Context http, String task) {
        http.attribute(TASK, task);
    }

    /** To be called for each request that reaches a route. */
    static void begins(Context http, HttpServer.Route route) {
        boolean reads = route.method() == HandlerType.GET;
        http.attribute(WRITES, !reads && route.need() != Need.JOB && route.need() != Need.ATTEMPT);
        Map<String, String> path = http.pathParamMap();
        if (path.containsKey("workflow") && path.containsKey("key")) {
            task(http, path.get("workflow") + "/" + path.get("key"));
        }
    }

    /** To be called when a request has been answered. */
    static void answered(Context http) {
        int status = http.statusCode();
        if (Boolean.TRUE.equals(http.attribute(WRITES)) || status == 401 || status == 403) {
            LOG.info("{}", line(http, status));
        }
    }

    private static String line(Context http, int status) {
        Optional<Principal> caller = Guard.caller(http);
        String task = http.attribute(TASK);
        return "who=%s role=%s from=%s call=\"%s %s\" task=%s status=%d"
                .formatted(
                        caller.map(known -> known.name() + "/" + known.id()).orElse("anonymous"),
                        caller.map(known -> known.role().word()).orElse("-"),
                        http.ip(),
                        http.method(),
                        printable(http.path()),
                        task == null ? "-" : printable(task),
                        status);
    }

    /** One line whatever is in it: a path that holds a line break would otherwise forge an entry. */
    private static String printable(String text) {
        String cut = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
        return cut.replaceAll("[^\\x21-\\x7e…]|\"", "?");
    }
}
