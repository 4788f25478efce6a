package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.node.Nodes;
import io.talflow.tal.Json;
import io.talflow.tal.event.NodeReport.State;
import java.util.List;
import java.util.Map;

/** {@code GET /v1/nodes}: who runs functions, and what they have left. */
final class NodesResource {
    private final Nodes nodes;

    NodesResource(Nodes nodes) {
        this.nodes = nodes;
    }

    void list(Context http) {
        List<Map<String, Object>> all =
                nodes.all().stream().map(NodesResource::fields).toList();
        Answers.json(http, 200, Map.of("nodes", all));
    }

    private static Map<String, Object> fields(Nodes.Node node) {
        Map<String, Object> fields = Json.parseObject(node.report().json());
        if (!node.isHeard() && node.report().state() != State.DOWN) {
            fields.put("state", "SILENT");
        }
        fields.put("silentMillis", node.silentMillis());
        return fields;
    }
}
