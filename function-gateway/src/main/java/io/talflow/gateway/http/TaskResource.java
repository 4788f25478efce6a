package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.history.TaskHistories;
import io.talflow.gateway.log.TaskEvents;
import io.talflow.gateway.log.TaskEvents.Place;
import io.talflow.gateway.node.Nodes;
import io.talflow.gateway.view.Page;
import io.talflow.gateway.view.Replies;
import io.talflow.gateway.view.TaskView;
import io.talflow.tal.event.NodeReport;
import io.talflow.tal.replay.History;
import io.talflow.tal.replay.HistoryFile;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tasks, to be read: list, status, watch, invocations, events, history, explain. */
final class TaskResource {
    private static final Duration AT_LEAST_PATIENCE = Duration.ofSeconds(10);
    private static final Duration WATCH_PATIENCE = Duration.ofSeconds(25);
    private static final int MAX_EVENTS = 100_000;

    private final TaskView view;
    private final Replies replies;
    private final TaskEvents events;
    private final TaskHistories histories;
    private final Definitions definitions;
    private final Nodes nodes;

    TaskResource(TaskView view, Replies replies, TaskEvents events, Definitions definitions, Nodes nodes) {
        this.nodes = nodes;
        this.view = view;
        this.replies = replies;
        this.events = events;
        this.histories = new TaskHistories(events);
        this.definitions = definitions;
    }

    /** {@code GET /v1/tasks?workflow=&status=&pageSize=&pageToken=}. */
    void list(Context http) {
        String status = Answers.optional(http, "status");
        Page page = view.tasks(
                Answers.optional(http, "workflow"),
                status == null ? null : status.toUpperCase(Locale.ROOT),
                Answers.pageSize(http),
                Page.Cursor.parse(http.queryParam("pageToken")));
        page(http, "tasks", page);
    }

    /** {@code GET /v1/tasks/{workflow}/{key}?atLeast=&exact=}. */
    void get(Context http) {
        String task = Answers.task(http);
        if ("true".equals(http.queryParam("exact"))) {
            http.future(() -> replies.state(task).thenAccept(state -> {
                Map<String, Object> answer = new LinkedHashMap<>(known(task, state));
                answer.putAll(endedWith(task, state));
                answer.put(
                        "asOf",
                        Map.of("revision", state.getOrDefault("revision", 0L), "source", "job", "lagMillis", 0L));
                Answers.json(http, 200, answer);
            }));
            return;
        }
        long atLeast = Answers.number(http, "atLeast", -1);
        if (atLeast < 0) {
            Answers.json(http, 200, view.task(task).orElseThrow(() -> unknown(task)));
            return;
        }
        http.future(() -> view.await(task, atLeast, AT_LEAST_PATIENCE)
                .thenAccept(state -> Answers.json(
                        http,
                        200,
                        state.orElseThrow(() -> new GatewayFailure(
                                GatewayError.REVISION_NOT_REACHED,
                                "%s is not at revision %d after %d s"
                                        .formatted(task, atLeast, AT_LEAST_PATIENCE.toSeconds()))))));
    }

    /** Of an ended task the job keeps little; its last status has the rest, which does not change any more. */
    private Map<String, Object> endedWith(String task, Map<String, Object> state) {
        Map<String, Object> last = view.task(task)
                .filter(known ->
                        state.containsKey("endedAt") && state.get("endedAt").equals(known.get("endedAt")))
                .map(LinkedHashMap::new)
                .orElseGet(LinkedHashMap::new);
        last.keySet().retainAll(List.of("input", "context", "output", "error"));
        return last;
    }

    /** {@code GET /v1/tasks/{workflow}/{key}/watch?after=REVISION}: the next change, or 204 if there is none for a while. */
    void watch(Context http) {
        String task = Answers.task(http);
        long after = Answers.number(http, "after", -1);
        http.future(() -> view.await(task, after + 1, WATCH_PATIENCE).thenAccept(state -> {
            if (state.isPresent()) {
                Answers.json(http, 200, state.get());
            } else {
                http.status(204);
            }
        }));
    }

    /** {@code GET /v1/tasks/{workflow}/{key}/invocations?function=&pageSize=&pageToken=}. */
    void invocations(Context http) {
        String task = Answers.task(http);
        Page page = view.invocations(
                task,
                Answers.optional(http, "function"),
                Answers.pageSize(http),
                Page.Cursor.parse(http.queryParam("pageToken")));
        Map<String, NodeReport.Progress> progress = nodes.progress();
        page.items().forEach(invocation -> addProgress(invocation, progress.get(invocation.get("firing"))));
        page(http, "invocations", page);
    }

    private static void addProgress(Map<String, Object> invocation, NodeReport.Progress progress) {
        if (progress != null
                && "RUNNING".equals(invocation.get("status"))
                && Long.valueOf(progress.attempt()).equals(invocation.get("attempt"))) {
            Map<String, Object> told = progress.json();
            told.keySet().removeAll(Set.of("firing", "attempt"));
            invocation.put("progress", told);
        }
    }

    /** {@code GET /v1/tasks/{workflow}/{key}/events}. */
    void events(Context http) {
        Place place = Place.of(state(http));
        List<Map<String, Object>> shown = events.read(place, place.startedAt(), MAX_EVENTS).stream()
                .map(TaskEvents.Logged::json)
                .toList();
        Answers.json(http, 200, Map.of("events", shown));
    }

    /** {@code GET /v1/tasks/{workflow}/{key}/history}: all that a replay of the task needs, as JSON lines. */
    void history(Context http) throws IOException {
        History history = histories.of(state(http), definitions::find, MAX_EVENTS);
        http.status(200).contentType(HistoryFile.MEDIA_TYPE);
        HistoryFile.write(history, http.outputStream());
    }

    private Map<String, Object> state(Context http) {
        String task = Answers.task(http);
        return view.task(task).orElseThrow(() -> unknown(task));
    }

    /**
     * {@code GET /v1/tasks/{workflow}/{key}/explain?rule=&all=}: why a rule, or each that has not fired for good, has or has
     * not fired; with {@code all=true} of each. Asked of the job.
     */
    void explain(Context http) {
        String task = Answers.task(http);
        String rule = Optional.ofNullable(Answers.optional(http, "rule")).orElse("*");
        boolean all = "true".equals(http.queryParam("all"));
        http.future(() ->
                replies.explain(task, rule, all).thenAccept(answer -> Answers.json(http, 200, known(task, answer))));
    }

    private void page(Context http, String name, Page page) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(name, page.items());
        if (page.next() != null) {
            answer.put("nextPageToken", page.next().token());
        }
        answer.put("asOf", view.asOf(null));
        Answers.json(http, 200, answer);
    }

    /** The job's answer, if it knows the task. */
    private static Map<String, Object> known(String task, Map<String, Object> answer) {
        if ("UNKNOWN".equals(answer.get("status"))) {
            throw unknown(task);
        }
        return answer;
    }

    private static GatewayFailure unknown(String task) {
        return new GatewayFailure(GatewayError.UNKNOWN_TASK, "no task " + task);
    }
}
