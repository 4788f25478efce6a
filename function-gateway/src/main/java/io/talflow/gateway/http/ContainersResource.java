package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.container.ContainerStatus;
import io.talflow.gateway.container.Containers;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /v1/containers}: what containers the functions have on this node, and how they have started. */
final class ContainersResource {
    private final Containers containers;

    ContainersResource(Containers containers) {
        this.containers = containers;
    }

    /** {@code GET /v1/containers} */
    void list(Context http) {
        Answers.json(
                http,
                200,
                Map.of(
                        "functions",
                        containers.status().stream()
                                .map(ContainersResource::json)
                                .toList()));
    }

    private static Map<String, Object> json(ContainerStatus status) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workflow", status.workflow());
        json.put("version", status.version());
        json.put("function", status.function());
        json.put("image", status.image());
        json.put("busy", (long) status.busy());
        json.put("idle", (long) status.idle());
        json.put("starting", (long) status.starting());
        json.put("waiting", (long) status.waiting());
        json.put("coldStarts", status.cold());
        json.put("warmStarts", status.warm());
        json.put("failedStarts", status.failed());
        json.put("lastStartMillis", status.lastStartMillis());
        return json;
    }
}
