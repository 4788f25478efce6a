package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.log.FollowedLogs;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.view.TaskView;
import io.talflow.tal.Json;
import io.talflow.tal.replay.HistoryFile;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** What functions printed on this node, as it is or as it comes. */
final class LogsResource {
    /** Each keeps one of the server's threads. */
    private static final int MAX_FOLLOWERS = 32;

    private static final long LOOK_MILLIS = 100;
    /** So often an empty line says that the connection lives; one that is silent for a minute is closed. */
    private static final long SILENT_LOOKS = 15_000 / LOOK_MILLIS;

    private final FunctionLogs logs;
    private final TaskView view;
    private final Semaphore followers = new Semaphore(MAX_FOLLOWERS);

    LogsResource(FunctionLogs logs, TaskView view) {
        this.logs = logs;
        this.view = view;
    }

    /** {@code GET /v1/tasks/{workflow}/{key}/logs?function=&firing=&follow=}. */
    void get(Context http) {
        String task = Answers.task(http);
        String function = Optional.ofNullable(http.queryParam("function")).orElse("");
        String firing = Optional.ofNullable(http.queryParam("firing")).orElse("");
        if ("true".equals(http.queryParam("follow"))) {
            follow(http, task, logs.follow(task, function, firing));
            return;
        }
        try {
            List<Map<String, Object>> entries = logs.of(task, function, firing).stream()
                    .map(LogsResource::json)
                    .toList();
            Answers.json(http, 200, Map.of("logs", entries));
        } catch (IOException e) {
            throw new GatewayFailure(GatewayError.INTERNAL, "the logs cannot be read: " + e.getMessage());
        }
    }

    private void follow(Context http, String task, FollowedLogs followed) {
        if (!followers.tryAcquire()) {
            throw new GatewayFailure(
                    GatewayError.TOO_MANY_FOLLOWERS, "this node has %d followers of logs".formatted(MAX_FOLLOWERS));
        }
        try {
            boolean ended = hasEnded(task);
            http.status(200).contentType(HistoryFile.MEDIA_TYPE);
            lines(http.res().getOutputStream(), task, ended, followed);
        } catch (IOException e) {
            // who followed is gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the gateway stops
        } finally {
            followers.release();
        }
    }

    /** Writes what comes until the task ends, and what came until then. */
    private void lines(OutputStream out, String task, boolean endedBefore, FollowedLogs followed)
            throws IOException, InterruptedException {
        boolean ended = endedBefore;
        out.flush(); // the status goes now: it may be long until something is printed
        for (long silent = 0; ; silent++) {
            List<FunctionLogs.Entry> entries = ended ? followed.rest() : followed.next();
            for (FunctionLogs.Entry entry : entries) {
                out.write(Json.bytes(json(entry)));
                out.write('\n');
                silent = 0;
            }
            if (ended) {
                return;
            }
            if (silent > 0 && silent % SILENT_LOOKS == 0) {
                out.write('\n');
            }
            out.flush();
            Thread.sleep(LOOK_MILLIS);
            ended = hasEnded(task);
        }
    }

    private boolean hasEnded(String task) {
        return view.task(task)
                .orElseThrow(() -> new GatewayFailure(GatewayError.UNKNOWN_TASK, "no task " + task))
                .containsKey("endedAt");
    }

    private static Map<String, Object> json(FunctionLogs.Entry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("firing", entry.firing());
        json.put("attempt", (long) entry.attempt());
        json.put("function", entry.node());
        json.put("text", entry.text());
        json.put("truncated", entry.truncated());
        return json;
    }
}
