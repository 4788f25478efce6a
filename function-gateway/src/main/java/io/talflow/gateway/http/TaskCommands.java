package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.auth.Principal;
import io.talflow.gateway.log.EventLog;
import io.talflow.tal.Json;
import io.talflow.tal.RuleReader;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.print.TalPrinter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** Commands to tasks: each is an event of the task, which takes effect when the job reads it back. */
final class TaskCommands {
    private static final int MAX_CANCEL_BODY = 64 * 1024;
    private static final int MAX_RULES_BODY = 1024 * 1024;
    private static final List<String> COMMANDS = List.of("add", "enable", "disable");
    private static final Set<String> RULES_FIELDS = Set.of("add", "given", "enable", "disable", "by");

    private final EventLog log;
    private final RuleCheck check;

    TaskCommands(EventLog log, RuleCheck check) {
        this.log = log;
        this.check = check;
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

    /**
     * {@code POST /v1/tasks/{workflow}/{key}/rules} with {@code {add, given?}}, {@code {enable}} or {@code {disable}}, and
     * {@code by?}; or, as YAML, a file with the rule to add, and {@code ?file=&by=}.
     */
    void rules(Context http) {
        String type = http.contentType();
        if (type != null && type.contains("yaml")) {
            byte[] text = Answers.body(http, MAX_RULES_BODY);
            String file = Objects.requireNonNullElse(Answers.optional(http, "file"), "rule.yaml");
            String by = by(http, Objects.requireNonNullElse(Answers.optional(http, "by"), "api"));
            add(http, (workflow, added) -> RuleReader.read(workflow, added, file, text), null, by);
            return;
        }
        Map<String, Object> body = Answers.object(http, MAX_RULES_BODY);
        String command = command(body);
        Map<String, Object> data = new LinkedHashMap<>(body);
        data.putIfAbsent("by", "api");
        String by = by(http, Answers.text(data, "by"));
        data.put("by", by);
        if (command.equals("add")) {
            object(body, "add");
            add(http, (workflow, added) -> RuleReader.read(workflow, added, body.get("add")), body.get("given"), by);
            return;
        }
        Answers.text(body, command);
        append(http, "rules", EventTypes.TASK_RULES, data);
    }

    /** Whose token it is, which is proven; without authentication who it says it is. */
    private static String by(Context http, String claimed) {
        return Guard.caller(http).map(Principal::name).orElse(claimed);
    }

    /** The one command of a body, whose fields go with it. */
    private static String command(Map<String, Object> body) {
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
        if (body.containsKey("given")) {
            if (!commands.get(0).equals("add")) {
                throw new GatewayFailure(GatewayError.BAD_REQUEST, "given goes with add, not with " + commands.get(0));
            }
            object(body, "given");
        }
        return commands.get(0);
    }

    /** @param given beside the rule; null: what the rule itself has */
    private void add(Context http, RuleCheck.Document document, Object given, String by) {
        String task = Answers.task(http);
        http.future(() -> check.read(task, document).thenCompose(read -> {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("add", TalPrinter.rule(read.rule()));
            data.put("given", given == null ? read.given() : given);
            data.put("by", by);
            return log.append(event(task, "rules", EventTypes.TASK_RULES, data)).thenAccept(written -> {
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("task", task);
                answer.put("rule", read.rule().id());
                Answers.json(http, 202, answer);
            });
        }));
    }

    private static void object(Map<String, Object> body, String field) {
        if (!(body.get(field) instanceof Map)) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "%s must be an object".formatted(field));
        }
    }

    private void append(Context http, String name, String type, Map<String, Object> data) {
        String task = Answers.task(http);
        http.future(() -> log.append(event(task, name, type, data))
                .thenAccept(written -> Answers.json(http, 202, Map.of("task", task))));
    }

    private static TalEvent event(String task, String name, String type, Map<String, Object> data) {
        return TalEvent.engine(name + "/" + UUID.randomUUID(), "/talflow/gateway", type, task, data);
    }
}
