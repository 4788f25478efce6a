package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.log.EventLog;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Commands to tasks: each is an event of the task, which takes effect when the job reads it back. */
final class TaskCommands {
    private static final int MAX_CANCEL_BODY = 64 * 1024;
    private static final int MAX_RULES_BODY = 1024 * 1024;
    private static final List<String> COMMANDS = List.of("add", "enable", "disable");
    private static final Set<String> RULES_FIELDS = Set.of("add", "given", "enable", "disable", "by");

    private final EventLog log;

    TaskCommands(EventLog log) {
        this.log = log;
    }

    /** {@code POST /v1/tasks/{workflow}/{key}:cancel} with {@code {reason?, compensate?}}. */
    void cancel(Context http) {
        byte[] body = Answers.body(http, MAX_CANCEL_BODY);
        Map<String, Object> fields = body.length == 0 ? Map.of() : Json.parseObject(body);
        Object reason = fields.get("reason");
        Object compensate = fields.getOrDefault("compensate", false);
        if (!(compensate instanceof Boolean)) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "compensate must be true or false");
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("reason", reason == null ? "cancelled by a user" : reason.toString());
        data.put("compensate", compensate);
        append(http, "cancel", EventTypes.TASK_CANCEL, data);
    }

    /** {@code POST /v1/tasks/{workflow}/{key}/rules} with {@code {add, given?}}, {@code {enable}} or {@code {disable}}, and {@code by?}. */
    void rules(Context http) {
        Map<String, Object> body = Answers.object(http, MAX_RULES_BODY);
        List<String> commands = COMMANDS.stream().filter(body::containsKey).toList();
        if (commands.size() != 1) {
            throw new GatewayFailure(
                    GatewayError.BAD_REQUEST, "the body must have one of %s, has %s".formatted(COMMANDS, commands));
        }
        for (String field : body.keySet()) {
            if (!RULES_FIELDS.contains(field)) {
                throw new GatewayFailure(
                        GatewayError.BAD_REQUEST, "unknown field %s; known: %s".formatted(field, RULES_FIELDS));
            }
        }
        String command = commands.get(0);
        boolean adds = command.equals("add");
        if (adds) {
            object(body, "add");
        } else {
            Answers.text(body, command);
        }
        if (body.containsKey("given")) {
            if (!adds) {
                throw new GatewayFailure(GatewayError.BAD_REQUEST, "given goes with add, not with " + command);
            }
            object(body, "given");
        }
        Map<String, Object> data = new LinkedHashMap<>(body);
        data.putIfAbsent("by", "api");
        Answers.text(data, "by");
        append(http, "rules", EventTypes.TASK_RULES, data);
    }

    private static void object(Map<String, Object> body, String field) {
        if (!(body.get(field) instanceof Map)) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "%s must be an object".formatted(field));
        }
    }

    private void append(Context http, String name, String type, Map<String, Object> data) {
        String task = Answers.task(http);
        TalEvent event = TalEvent.engine(name + "/" + UUID.randomUUID(), "/talflow/gateway", type, task, data);
        http.future(() -> log.append(event).thenAccept(written -> Answers.json(http, 202, Map.of("task", task))));
    }
}
