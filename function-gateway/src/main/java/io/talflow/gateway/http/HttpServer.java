package io.talflow.gateway.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.router.Endpoint;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.auth.Tokens;
import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.bundle.DefinitionReader;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.container.Containers;
import io.talflow.gateway.container.RuntimeDoor;
import io.talflow.gateway.data.DataProxy;
import io.talflow.gateway.history.Ancestry;
import io.talflow.gateway.history.SubTaskOutputs;
import io.talflow.gateway.invoke.Invoker;
import io.talflow.gateway.log.DeadLetters;
import io.talflow.gateway.log.EventLog;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.LogUnavailable;
import io.talflow.gateway.log.PeerLogs;
import io.talflow.gateway.log.TaskEvents;
import io.talflow.gateway.node.Nodes;
import io.talflow.gateway.runtime.Attempts;
import io.talflow.gateway.runtime.Signals;
import io.talflow.gateway.view.Replies;
import io.talflow.gateway.view.TaskView;
import io.talflow.tal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway's HTTP side: every route in one list, every failure as problem+json. */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** What the routes are answered from. */
    public record Parts(
            Invoker invoker,
            Definitions definitions,
            DefinitionReader reader,
            BundleStore bundles,
            EventLog log,
            TaskView view,
            Replies replies,
            TaskEvents events,
            DeadLetters deadLetters,
            FunctionLogs logs,
            PeerLogs peerLogs,
            Attempts attempts,
            Signals signals,
            Nodes nodes,
            Containers containers,
            DataProxy data,
            Ancestry ancestry,
            String nodeId) {}

    /** A method and a path, parameters in braces; what a call must show; what answers it. */
    record Route(HandlerType method, String path, Need need, Handler handler) {}

    private final LogsResource logs;
    private final Javalin server;
    private final ContainerDoor door;

    /** @param tokens empty: without authentication */
    public HttpServer(Listeners listeners, Parts parts, Optional<Tokens> tokens) {
        Guard guard = new Guard(tokens, parts.attempts(), listeners);
        logs = new LogsResource(parts.nodeId(), parts.logs(), parts.peerLogs(), parts.view());
        server = Javalin.create(config -> configure(config, listeners, routes(parts, logs), guard, this::check))
                .start();
        door = new ContainerDoor(server.jettyServer().server(), listeners.containersPort());
    }

    /** How containers reach the runtime API. */
    public RuntimeDoor door() {
        return door;
    }

    private void check(Context http) {
        ContainerDoor opened = door;
        if (opened != null) {
            opened.check(http);
        }
    }

    static List<Route> routes(Parts parts, LogsResource logs) {
        FiringsResource firings = new FiringsResource(parts.invoker());
        WorkflowResource workflows = new WorkflowResource(
                parts.definitions(), parts.reader(), parts.bundles(), parts.log(), parts.view(), parts.nodes());
        TaskResource tasks =
                new TaskResource(parts.view(), parts.replies(), parts.events(), parts.definitions(), parts.nodes());
        RuleCheck check = new RuleCheck(parts.view(), parts.definitions(), parts.replies());
        TaskCommands commands = new TaskCommands(parts.log(), check);
        RuntimeResource runtime = new RuntimeResource(parts.attempts(), parts.signals(), check);
        DeadLetterResource letters = new DeadLetterResource(parts.deadLetters(), parts.log());
        IngressResource ingress = new IngressResource(parts.log());
        NodesResource nodes = new NodesResource(parts.nodes());
        List<Route> routes = new ArrayList<>(List.of(
                new Route(HandlerType.GET, "/healthz", Need.NOTHING, http -> health(http, parts)),
                new Route(HandlerType.GET, "/openapi.yaml", Need.NOTHING, HttpServer::openApi),
                new Route(HandlerType.POST, "/v1/firings", Need.JOB, firings::post),
                new Route(HandlerType.POST, "/v1/events", Need.OPERATOR, ingress::post),
                new Route(HandlerType.GET, "/v1/workflows", Need.VIEWER, workflows::list),
                new Route(HandlerType.PUT, "/v1/workflows/{name}", Need.ADMIN, workflows::apply),
                new Route(HandlerType.GET, "/v1/workflows/{name}", Need.VIEWER, workflows::get),
                new Route(HandlerType.DELETE, "/v1/workflows/{name}", Need.ADMIN, workflows::delete),
                new Route(HandlerType.POST, "/v1/workflows/{name}:start", Need.OPERATOR, workflows::start),
                new Route(HandlerType.GET, "/v1/bundles/{version}", Need.NODE, workflows::bundle),
                new Route(HandlerType.GET, "/v1/tasks", Need.VIEWER, tasks::list),
                new Route(HandlerType.GET, "/v1/tasks/{workflow}/{key}", Need.VIEWER, tasks::get),
                new Route(HandlerType.GET, "/v1/tasks/{workflow}/{key}/watch", Need.VIEWER, tasks::watch),
                new Route(HandlerType.GET, "/v1/tasks/{workflow}/{key}/invocations", Need.VIEWER, tasks::invocations),
                new Route(HandlerType.GET, "/v1/tasks/{workflow}/{key}/events", Need.VIEWER, tasks::events),
                new Route(HandlerType.GET, "/v1/tasks/{workflow}/{key}/history", Need.VIEWER, tasks::history),
                new Route(HandlerType.GET, "/v1/tasks/{workflow}/{key}/explain", Need.VIEWER, tasks::explain),
                new Route(HandlerType.POST, "/v1/tasks/{workflow}/{key}/rules", Need.OPERATOR, commands::rules),
                new Route(HandlerType.POST, "/v1/tasks/{workflow}/{key}:cancel", Need.OPERATOR, commands::cancel),
                new Route(HandlerType.GET, "/v1/nodes", Need.VIEWER, nodes::list),
                new Route(
                        HandlerType.GET,
                        "/v1/containers",
                        Need.VIEWER,
                        new ContainersResource(parts.containers())::list),
                new Route(HandlerType.GET, "/v1/dead-letters", Need.VIEWER, letters::list),
                new Route(HandlerType.GET, "/v1/dead-letters/{offset}", Need.VIEWER, letters::get),
                new Route(HandlerType.POST, "/v1/dead-letters/{offset}:retry", Need.OPERATOR, letters::retry),
                new Route(HandlerType.POST, "/v1/runtime/ready/{name}", Need.ATTEMPT, runtime::ready),
                new Route(HandlerType.POST, "/v1/runtime/items/{stream}", Need.ATTEMPT, runtime::item),
                new Route(HandlerType.POST, "/v1/runtime/streams/{stream}:close", Need.ATTEMPT, runtime::close),
                new Route(HandlerType.POST, "/v1/runtime/heartbeat", Need.ATTEMPT, runtime::heartbeat),
                new Route(HandlerType.POST, "/v1/runtime/progress", Need.ATTEMPT, runtime::progress),
                new Route(HandlerType.POST, "/v1/runtime/rules", Need.ATTEMPT, runtime::rule),
                new Route(HandlerType.POST, "/v1/runtime/result", Need.ATTEMPT, runtime::result),
                new Route(HandlerType.POST, "/v1/runtime/failure", Need.ATTEMPT, runtime::failure)));
        routes.addAll(logs.routes());
        routes.addAll(DataResource.routes(new DataResource(
                parts.attempts(),
                parts.data(),
                new Readings(parts.ancestry(), new SubTaskOutputs(parts.view(), parts.ancestry())),
                parts.containers())));
        return routes;
    }

    private static void configure(
            JavalinConfig config, Listeners listeners, List<Route> routes, Guard guard, Handler before) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.jetty.addConnector(
                (jetty, settings) -> Listening.at(listeners.everybody(), listeners.tls(), jetty, settings));
        listeners
                .functions()
                .ifPresent(functions -> config.jetty.addConnector(
                        (jetty, settings) -> Listening.at(functions, Optional.empty(), jetty, settings)));
        config.http.asyncTimeout = 60_000;
        config.http.maxRequestSize = 65L * 1024 * 1024;
        config.http.defaultContentType = "application/json";
        config.http.prefer405over404 = true;
        config.routes.before(before);
        for (Route route : routes) {
            config.routes.addEndpoint(new Endpoint(route.method(), route.path(), guard.before(route)));
        }
        config.requestLogger.http((http, millis) -> Audit.answered(http));
        config.routes.exception(Exception.class, HttpServer::failed);
        config.routes.exception(HttpResponseException.class, HttpServer::refused);
    }

    private static void refused(HttpResponseException error, Context http) {
        GatewayError code = error.getStatus() == 404 ? GatewayError.NOT_FOUND : GatewayError.BAD_REQUEST;
        Answers.problem(http, code, "%s %s: %s".formatted(http.method(), http.path(), error.getMessage()), Map.of());
        http.status(error.getStatus());
    }

    private static void failed(Exception error, Context http) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof GatewayFailure failure) {
            Answers.problem(http, failure.error(), failure.getMessage(), failure.details());
        } else if (cause instanceof LogUnavailable) {
            Answers.problem(http, GatewayError.LOG_UNAVAILABLE, cause.getMessage(), Map.of());
        } else if (cause instanceof Json.NotJson) {
            Answers.problem(http, GatewayError.BAD_REQUEST, cause.getMessage(), Map.of());
        } else {
            LOG.error("{} {} failed", http.method(), http.path(), cause);
            Answers.problem(http, GatewayError.INTERNAL, cause.toString(), Map.of());
        }
    }

    private static void health(Context http, Parts parts) {
        Answers.json(
                http,
                200,
                Map.of(
                        "status",
                        "UP",
                        "nodeId",
                        parts.nodeId(),
                        "inFlight",
                        (long) parts.invoker().inFlight(),
                        "viewLagMillis",
                        parts.view().lagMillis()));
    }

    private static void openApi(Context http) throws IOException {
        try (InputStream document = HttpServer.class.getResourceAsStream("/openapi.yaml")) {
            http.contentType("application/yaml").result(document.readAllBytes());
        }
    }

    @Override
    public void close() {
        logs.close();
        server.stop();
    }
}
