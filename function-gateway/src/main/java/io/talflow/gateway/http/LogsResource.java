package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.LogQuery;
import io.talflow.gateway.log.PeerLogs;
import io.talflow.gateway.view.TaskView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What functions printed, on all nodes or, for one of those, on this one: as it is or as it comes. */
final class LogsResource implements AutoCloseable {
    private final String nodeId;
    private final FunctionLogs here;
    private final PeerLogs others;
    private final TaskView view;
    private final LogFollowers followers;

    /** @param nodeId this node's */
    LogsResource(String nodeId, FunctionLogs here, PeerLogs others, TaskView view) {
        this.nodeId = nodeId;
        this.here = here;
        this.others = others;
        this.view = view;
        this.followers = new LogFollowers(nodeId, view);
    }

    /** {@code GET /v1/tasks/{workflow}/{key}/logs?function=&firing=&follow=}: of all nodes. */
    void get(Context http) throws IOException {
        String task = Answers.task(http);
        LogQuery query = query(http, task, startedAt(task));
        if (isFollowed(http)) {
            followers.everywhere(http, query, here, others, () -> gone(query));
            return;
        }
        PeerLogs.Answer answer = others.of(query);
        List<Map<String, Object>> entries = new ArrayList<>(here(query));
        entries.addAll(answer.entries());
        entries.sort(Comparator.comparingLong(entry -> ((Number) entry.get("time")).longValue()));
        Map<String, String> unreachable = new LinkedHashMap<>(gone(query));
        unreachable.putAll(answer.unreachable());
        Answers.json(http, 200, Map.of("logs", entries, "unreachable", unreachable));
    }

    /** {@code GET /v1/logs?task=&function=&firing=&follow=}: for other nodes, of this one. */
    void peer(Context http) throws IOException {
        LogQuery query =
                query(http, Optional.ofNullable(http.queryParam("task")).orElse(""), 0);
        if (isFollowed(http)) {
            followers.here(http, query, here);
            return;
        }
        Answers.json(http, 200, Map.of("logs", here(query)));
    }

    private static boolean isFollowed(Context http) {
        return "true".equals(http.queryParam("follow"));
    }

    private static LogQuery query(Context http, String task, long since) {
        return new LogQuery(
                task,
                since,
                Optional.ofNullable(http.queryParam("function")).orElse(""),
                Optional.ofNullable(http.queryParam("firing")).orElse(""));
    }

    private long startedAt(String task) {
        return view.task(task)
                .map(state -> state.get("startedAt") instanceof Long at ? at : 0L)
                .orElse(0L);
    }

    private List<Map<String, Object>> here(LogQuery query) {
        try {
            return here.of(query).stream().map(entry -> json(entry, nodeId)).toList();
        } catch (IOException e) {
            throw new GatewayFailure(GatewayError.INTERNAL, "the logs cannot be read: " + e.getMessage());
        }
    }

    /** Nodes on which the task's functions ended and that are not there to be asked. */
    private Map<String, String> gone(LogQuery query) {
        Set<String> ran = new TreeSet<>(view.ranOn(query.task()));
        ran.remove(nodeId);
        ran.removeAll(others.nodes(query).keySet());
        Map<String, String> gone = new LinkedHashMap<>();
        ran.forEach(node -> gone.put(node, "node %s is not there any more".formatted(node)));
        return gone;
    }

    static Map<String, Object> json(FunctionLogs.Entry entry, String nodeId) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("time", entry.time());
        json.put("node", nodeId);
        json.put("firing", entry.firing());
        json.put("attempt", (long) entry.attempt());
        json.put("function", entry.node());
        json.put("text", entry.text());
        json.put("truncated", entry.truncated());
        return json;
    }

    List<HttpServer.Route> routes() {
        return List.of(
                new HttpServer.Route(HandlerType.GET, "/v1/logs", Need.NODE, this::peer),
                new HttpServer.Route(HandlerType.GET, "/v1/tasks/{workflow}/{key}/logs", Need.VIEWER, this::get));
    }

    /** Ends the answers to those who follow. */
    @Override
    public void close() {
        followers.close();
    }
}
