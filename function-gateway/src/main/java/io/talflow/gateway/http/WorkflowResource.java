package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.bundle.Bundle;
import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.bundle.Definition;
import io.talflow.gateway.bundle.DefinitionReader;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.log.EventLog;
import io.talflow.gateway.node.Nodes;
import io.talflow.gateway.view.TaskView;
import io.talflow.tal.InvalidTal;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import io.talflow.tal.place.Placement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Workflows: apply, list, delete, start; and their bundles. */
final class WorkflowResource {
    /** Bound on a workflow file, bytes. */
    static final int MAX_TEXT = 3 * 1024 * 1024;

    private static final int MAX_INPUT = 16 * 1024 * 1024;

    private final Definitions definitions;
    private final DefinitionReader reader;
    private final BundleStore bundles;
    private final EventLog log;
    private final TaskView view;
    private final Nodes nodes;

    WorkflowResource(
            Definitions definitions,
            DefinitionReader reader,
            BundleStore bundles,
            EventLog log,
            TaskView view,
            Nodes nodes) {
        this.definitions = definitions;
        this.reader = reader;
        this.bundles = bundles;
        this.log = log;
        this.view = view;
        this.nodes = nodes;
    }

    /** {@code PUT /v1/workflows/{name}?file=workflow.yaml}, a zip as body. */
    void apply(Context http) {
        String name = http.pathParam("name");
        String file = Answers.optional(http, "file") == null ? "workflow.yaml" : http.queryParam("file");
        Bundle bundle = Bundle.read(Answers.body(http, Bundle.MAX_BYTES));
        byte[] text = bundle.files().get(file);
        if (text == null) {
            throw new GatewayFailure(GatewayError.BAD_BUNDLE, "the bundle has no file %s".formatted(file));
        }
        if (text.length > MAX_TEXT) {
            throw new GatewayFailure(
                    GatewayError.TOO_LARGE,
                    "a workflow file may have %d bytes, %s has %d".formatted(MAX_TEXT, file, text.length));
        }
        DefinitionReader.Read read = read(file, text);
        if (!read.workflow().name().equals(name)) {
            throw new GatewayFailure(
                    GatewayError.BAD_REQUEST,
                    "the address names workflow %s, the file %s"
                            .formatted(name, read.workflow().name()));
        }
        bundles.store(bundle);
        Definition definition = new Definition(name, bundle.version(), file, read.text());
        Map<String, Object> current = new LinkedHashMap<>();
        current.put("workflow", name);
        current.put("version", definition.version());
        http.future(() -> log.put(Topics.DEFINITIONS, definition.key(), definition.bytes())
                .thenAccept(written -> definitions.apply(definition.key(), definition.bytes(), written.offset()))
                .thenCompose(known -> log.put(Topics.DEFINITIONS, name, Json.bytes(current)))
                .thenAccept(written -> {
                    definitions.apply(name, Json.bytes(current), written.offset());
                    Answers.json(http, 200, current);
                }));
    }

    private DefinitionReader.Read read(String file, byte[] text) {
        try {
            return reader.read(file, text);
        } catch (InvalidTal e) {
            throw Answers.invalid(GatewayError.INVALID_WORKFLOW, e);
        }
    }

    /** {@code GET /v1/workflows}. */
    void list(Context http) {
        List<Map<String, Object>> workflows = new ArrayList<>();
        definitions.all().forEach((name, version) -> workflows.add(Map.of("workflow", name, "version", version)));
        Answers.json(http, 200, Map.of("workflows", workflows));
    }

    /** {@code GET /v1/workflows/{name}?version=}. */
    void get(Context http) {
        String name = http.pathParam("name");
        Definition definition = definition(name, Answers.optional(http, "version"));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workflow", name);
        json.put("version", definition.version());
        json.put(
                "current", definition.version().equals(definitions.current(name).orElse("")));
        json.put("versions", definitions.versions(name));
        json.put("file", definition.file());
        json.put("text", definition.text());
        Answers.json(http, 200, json);
    }

    /** {@code DELETE /v1/workflows/{name}}: no new tasks; those that run go on. */
    void delete(Context http) {
        String name = http.pathParam("name");
        definition(name, null);
        http.future(() -> log.put(Topics.DEFINITIONS, name, null).thenAccept(written -> {
            definitions.apply(name, null, written.offset());
            http.status(204);
        }));
    }

    /** {@code GET /v1/bundles/{version}}. */
    void bundle(Context http) {
        try {
            byte[] zip = bundles.zipOf(http.pathParam("version"))
                    .orElseThrow(() ->
                            new GatewayFailure(GatewayError.UNKNOWN_BUNDLE, "no bundle " + http.pathParam("version")));
            http.contentType("application/zip").result(zip);
        } catch (IOException e) {
            throw new GatewayFailure(GatewayError.INTERNAL, "the bundle cannot be read: " + e.getMessage());
        }
    }

    /** {@code POST /v1/workflows/{name}:start}. The same key again names the same task. */
    void start(Context http) {
        String name = http.pathParam("name");
        Map<String, Object> body = Answers.object(http, MAX_INPUT);
        Object version = body.get("version");
        definition(name, version == null ? null : String.valueOf(version));
        Object key = body.get("key");
        String task = TaskId.of(name, key == null ? newKey() : String.valueOf(key));
        if (!TaskId.isValid(task)) {
            throw new GatewayFailure(
                    GatewayError.BAD_REQUEST, "key must be 1 to 120 of A-Z a-z 0-9 . _ : ~ -, is %s".formatted(key));
        }
        Audit.task(http, task);
        if (key != null && view.task(task).isPresent()) {
            Answers.json(http, 200, Map.of("task", task));
            return;
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("workflow", name);
        if (version != null) {
            data.put("version", version);
        }
        data.put("input", body.get("input") == null ? Map.of() : body.get("input"));
        TalEvent event =
                placed(TalEvent.engine(task + "/start", "/talflow/gateway", EventTypes.TASK_STARTED, task, data));
        http.future(() -> log.append(event).thenAccept(written -> Answers.json(http, 202, Map.of("task", task))));
    }

    /** Names where its functions run: on some of the nodes that are up now. */
    private TalEvent placed(TalEvent start) {
        List<String> chosen = Placement.SPREAD.ofTask(start.task(), nodes.up());
        return chosen.isEmpty() ? start : start.with(EventTypes.NODES, Placement.joined(chosen));
    }

    private Definition definition(String name, String version) {
        String wanted = version == null
                ? definitions
                        .current(name)
                        .orElseThrow(() -> new GatewayFailure(
                                GatewayError.UNKNOWN_WORKFLOW,
                                "no workflow %s; known: %s"
                                        .formatted(name, definitions.all().keySet())))
                : version;
        return definitions
                .find(name, wanted)
                .orElseThrow(() -> new GatewayFailure(
                        GatewayError.UNKNOWN_WORKFLOW,
                        "workflow %s has no version %s; known: %s"
                                .formatted(name, wanted, definitions.versions(name))));
    }

    private static String newKey() {
        return UUID.randomUUID().toString().substring(0, 13);
    }
}
