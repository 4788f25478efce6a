package io.talflow.tal.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.importer.Formats;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One task of a workflow, told what happens and when; times are milliseconds after its start. */
final class TaskScript {
    private static final String KEY = "k";
    private static final long START = 1_700_000_000_000L;

    private final Interpreter interpreter;
    private final String task;
    /** Everything the task has made the world do. */
    final List<Effect> effects = new ArrayList<>();

    private long now = START;
    private int events;

    TaskScript(String text) {
        var workflow = Formats.load("test.yaml", text.getBytes(StandardCharsets.UTF_8));
        interpreter = new Interpreter(workflow);
        task = workflow.name() + "/" + KEY;
    }

    TaskScript start(Object input) {
        return start(input, Map.of());
    }

    /** @param extensions of the start event */
    TaskScript start(Object input, Map<String, String> extensions) {
        Map<String, Object> data =
                Map.of("workflow", task.substring(0, task.indexOf('/')), "version", "interpreted", "input", input);
        return on(new TalEvent(
                "start",
                "/test",
                EventTypes.TASK_STARTED,
                "",
                TalEvent.Kind.CONTROL,
                task,
                "",
                0,
                extensions,
                Json.bytes(data)));
    }

    /** What comes next comes at this time. */
    TaskScript at(long millis) {
        now = START + millis;
        return this;
    }

    /** A user's event, with an id of its own. */
    TaskScript event(String type, Object data) {
        return on(TalEvent.engine("e" + events++, "/test", type, task, data));
    }

    /** A user's event that is appended now and was received before, milliseconds after the start. */
    TaskScript backlog(String type, String id, long receivedAt) {
        return on(new TalEvent(
                id,
                "/test",
                type,
                "",
                TalEvent.Kind.CONTROL,
                task,
                "",
                0,
                Map.of(EventTypes.RECEIVED, Long.toString(START + receivedAt)),
                Json.bytes(Map.of())));
    }

    /** Only the time has come. */
    TaskScript clock() {
        return on(Interpreter.poke(task));
    }

    TaskScript complete(Effect.Dispatch dispatch, Object result) {
        return outcome(dispatch, EventTypes.INVOCATION_COMPLETED, result);
    }

    TaskScript fail(Effect.Dispatch dispatch, String error) {
        return outcome(dispatch, EventTypes.INVOCATION_FAILED, Map.of("error", error, "message", "as wanted"));
    }

    /** @param data beside the error's name */
    TaskScript fail(Effect.Dispatch dispatch, String error, Map<String, Object> data) {
        Map<String, Object> failure = new HashMap<>(data);
        failure.put("error", error);
        return outcome(dispatch, EventTypes.INVOCATION_FAILED, failure);
    }

    private TaskScript outcome(Effect.Dispatch dispatch, String type, Object data) {
        return on(of(dispatch, "", type, Map.of(), data));
    }

    /** The node of an attempt is lost, and these are left. */
    TaskScript lost(Effect.Dispatch dispatch, String node, String left) {
        Map<String, String> extensions = Map.of("talnode", node, EventTypes.NODES, left);
        String id = "/" + dispatch.attempt() + "/lost";
        return on(of(dispatch, id, EventTypes.INVOCATION_LOST, extensions, Map.of("reason", "silent")));
    }

    /** Its functions run on these nodes from now on. */
    TaskScript placed(String on) {
        return on(TalEvent.engine("placed/" + on, "/talflow/job", EventTypes.TASK_PLACED, task, Map.of())
                .with(EventTypes.NODES, on));
    }

    TaskScript ready(Effect.Dispatch dispatch, String name, Object value) {
        return on(of(dispatch, "/ready/" + name, EventTypes.DATA_READY, Map.of(EventTypes.DATUM, name), value));
    }

    TaskScript item(Effect.Dispatch dispatch, String stream, String key, Object value) {
        Map<String, String> extensions = Map.of(EventTypes.DATUM, stream, EventTypes.SLICE, key);
        return on(of(dispatch, "/" + stream + "/" + key, EventTypes.DATA_ITEM, extensions, value));
    }

    TaskScript close(Effect.Dispatch dispatch, String stream, long count) {
        Map<String, String> extensions = Map.of(EventTypes.DATUM, stream);
        return on(of(dispatch, "/" + stream, EventTypes.DATA_CLOSED, extensions, Map.of("count", count)));
    }

    private TalEvent of(Effect.Dispatch dispatch, String id, String type, Map<String, String> extensions, Object data) {
        return new TalEvent(
                dispatch.firing() + id,
                "/talflow/" + task,
                type,
                "",
                TalEvent.Kind.DATA,
                task,
                dispatch.firing(),
                dispatch.attempt(),
                extensions,
                Json.bytes(data));
    }

    TaskScript cancel(boolean compensate) {
        return on(TalEvent.engine("c", "/test", EventTypes.TASK_CANCEL, task, Map.of("compensate", compensate)));
    }

    TaskScript rules(Map<String, Object> command) {
        return on(TalEvent.engine("r" + events++, "/test", EventTypes.TASK_RULES, task, command));
    }

    TaskScript on(TalEvent event) {
        effects.addAll(interpreter.on(event, now));
        return this;
    }

    /** Asks which values nothing names any more. */
    List<String> unnamed(Map<String, String> producers) {
        List<Map<String, Object>> values = producers.entrySet().stream()
                .map(value -> Map.<String, Object>of("id", value.getKey(), "of", value.getValue()))
                .toList();
        int before = effects.size();
        on(TalEvent.engine(
                "q" + events++, "/test", EventTypes.TASK_QUERY, task, Map.of("query", "q", "values", values)));
        assertThat(effects.subList(before, effects.size())).hasSize(1);
        Map<String, Object> answer = ((Effect.Reply) effects.remove(before)).state();
        return ((List<?>) answer.get("unnamed"))
                .stream().map(String.class::cast).toList();
    }

    // --- what became of it

    /** Calls of a node, in the order they were sent. */
    List<Effect.Dispatch> calls(String node) {
        return ofType(Effect.Dispatch.class).stream()
                .filter(dispatch -> dispatch.as().equals(node))
                .toList();
    }

    /** The one call of a node so far, or the last of several. */
    Effect.Dispatch call(String node) {
        List<Effect.Dispatch> calls = calls(node);
        assertThat(calls).as("calls of " + node).isNotEmpty();
        return calls.get(calls.size() - 1);
    }

    <T extends Effect> List<T> ofType(Class<T> type) {
        return effects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    List<String> deadLetters() {
        return ofType(Effect.DeadLetter.class).stream()
                .map(Effect.DeadLetter::code)
                .toList();
    }

    Map<String, Object> status() {
        return interpreter.status(KEY);
    }

    Object context(String field) {
        return ((Map<?, ?>) status().get("context")).get(field);
    }

    String ended() {
        return String.valueOf(status().get("status"));
    }

    String error() {
        return String.valueOf(((Map<?, ?>) status().get("error")).get("error"));
    }

    Map<String, byte[]> rows() {
        return interpreter.rows(KEY);
    }
}
