package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.log.EventLog;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** {@code POST /v1/events}: a CloudEvent, structured or binary, for the ingress topic. */
final class IngressResource {
    private static final int MAX_BODY = 16 * 1024 * 1024;

    private final EventLog log;

    IngressResource(EventLog log) {
        this.log = log;
    }

    void post(Context http) {
        Map<String, byte[]> headers = new HashMap<>();
        http.headerMap().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            String key = lower.startsWith("ce-") ? "ce_" + lower.substring(3) : lower;
            headers.put(key, value.getBytes(StandardCharsets.UTF_8));
        });
        TalEvent event;
        try {
            event = CloudEventCodec.decode(headers, Answers.body(http, MAX_BODY));
        } catch (CloudEventCodec.MalformedEvent e) {
            throw new GatewayFailure(GatewayError.BAD_EVENT, e.getMessage());
        }
        if (event.type().startsWith(EventTypes.RESERVED_PREFIX) && !event.type().equals(EventTypes.TASK_STARTED)) {
            throw new GatewayFailure(
                    GatewayError.BAD_EVENT,
                    "types that begin with %s are the engine's own; of these only %s may be sent"
                            .formatted(EventTypes.RESERVED_PREFIX, EventTypes.TASK_STARTED));
        }
        if (!event.task().isEmpty()) {
            Audit.task(http, event.task());
        }
        http.future(() -> log.ingress(event).thenAccept(written -> Answers.json(http, 202, Map.of("id", event.id()))));
    }
}
