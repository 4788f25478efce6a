package io.talflow.cli;

import io.talflow.tal.Json;
import io.talflow.tal.event.TaskId;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** The gateway's control API as the commands use it. A refusal or no answer ends the command. */
final class Api {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http;
    private final String url;
    private final String token;

    Api(String url) {
        this(url, "");
    }

    /** @param token empty: none */
    Api(String url, String token) {
        this(url, token, Optional.empty());
    }

    /** @param trust in the gateway's certificate; empty: as Java does */
    Api(String url, String token, Optional<SSLContext> trust) {
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        trust.ifPresent(client::sslContext);
        http = client.build();
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.token = token;
    }

    String url() {
        return url;
    }

    /**
     * True if the gateway answers that it serves.
     *
     * @throws CommandFailed if something answers that is not trusted
     */
    boolean healthy() {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/healthz"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (SSLException e) {
            throw CommandFailed.unreachable("%s cannot be trusted: %s; give --ca FILE with its authority's certificates"
                    .formatted(url, e.getMessage()));
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @param file name of the workflow file inside the zip */
    Map<String, Object> apply(String workflow, String file, byte[] zip) {
        return object(send(request("/v1/workflows/%s?file=%s".formatted(encode(workflow), encode(file)))
                .header("content-type", "application/zip")
                .PUT(BodyPublishers.ofByteArray(zip))));
    }

    Map<String, Object> start(String workflow, Map<String, Object> body) {
        return object(post("/v1/workflows/%s:start".formatted(encode(workflow)), body));
    }

    Map<String, Object> status(String task, boolean exact) {
        return object(get(taskPath(task) + (exact ? "?exact=true" : "")));
    }

    /** Empty while the view has not heard of the task. */
    Optional<Map<String, Object>> statusIfKnown(String task) {
        HttpResponse<byte[]> response = answer(request(taskPath(task)).GET());
        return response.statusCode() == 404 ? Optional.empty() : Optional.of(object(value(response)));
    }

    Map<String, Object> invocations(String task, String pageToken) {
        return object(get(taskPath(task) + "/invocations?pageSize=1000&pageToken=" + encode(pageToken)));
    }

    /** {@code below}: what stands after the task's path, such as {@code /events}. */
    Object ofTask(String task, String below) {
        return get(taskPath(task) + below);
    }

    /** What a task's functions print, line by line of JSON as it comes, until the task ends. */
    HttpResponse<InputStream> followLogs(String task, String function) {
        String path = "%s/logs?follow=true&function=%s".formatted(taskPath(task), encode(function));
        return exchange(request(path).GET(), BodyHandlers.ofInputStream());
    }

    Object tasks(String query) {
        return get("/v1/tasks" + query);
    }

    void cancel(String task) {
        cancel(task, Map.of());
    }

    /** @param body {@code {reason?, compensate?}} */
    void cancel(String task, Map<String, Object> body) {
        post(taskPath(task) + ":cancel", body);
    }

    /**
     * Why rules have not fired.
     *
     * @param rule its id; null: each
     * @param all those too that have fired for good
     */
    Map<String, Object> explain(String task, String rule, boolean all) {
        return object(
                get("%s/explain?all=%s%s".formatted(taskPath(task), all, rule == null ? "" : "&rule=" + encode(rule))));
    }

    /** Which ways a task's values took. */
    Map<String, Object> data(String task) {
        return object(ofTask(task, "/data"));
    }

    /** A task's history as its file is written. */
    byte[] history(String task) {
        return accepted(answer(request(taskPath(task) + "/history").GET())).body();
    }

    /** Adds the rule of a file to a task. */
    Map<String, Object> addRule(String task, String file, byte[] text, String by) {
        return object(send(request("%s/rules?file=%s&by=%s".formatted(taskPath(task), encode(file), encode(by)))
                .header("content-type", "application/yaml")
                .POST(BodyPublishers.ofByteArray(text))));
    }

    /** @param command {@code {enable, by}} or {@code {disable, by}} */
    Map<String, Object> commandRules(String task, Map<String, Object> command) {
        return object(post(taskPath(task) + "/rules", command));
    }

    Map<String, Object> nodes() {
        return object(get("/v1/nodes"));
    }

    /** @param before only letters below this offset; empty: the newest */
    Map<String, Object> deadLetters(int limit, String before) {
        return object(get("/v1/dead-letters?pageSize=%d&pageToken=%s".formatted(limit, encode(before))));
    }

    Map<String, Object> deadLetter(long offset) {
        return object(get("/v1/dead-letters/" + offset));
    }

    Map<String, Object> retryDeadLetter(long offset) {
        return object(post("/v1/dead-letters/%d:retry".formatted(offset), Map.of()));
    }

    void send(Map<String, Object> cloudEvent) {
        send(request("/v1/events")
                .header("content-type", "application/cloudevents+json")
                .POST(BodyPublishers.ofByteArray(Json.bytes(cloudEvent))));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The same, if it is a task's id. */
    static String task(String task) {
        if (!TaskId.isValid(task)) {
            throw CommandFailed.badInput("not a task id: %s; a task id is WORKFLOW/KEY".formatted(task));
        }
        return task;
    }

    private static String taskPath(String task) {
        String workflow = TaskId.workflow(task(task));
        return "/v1/tasks/%s/%s".formatted(workflow, encode(task.substring(workflow.length() + 1)));
    }

    private Object get(String path) {
        return send(request(path).GET());
    }

    private Object post(String path, Map<String, Object> body) {
        return send(request(path)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.bytes(body))));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT);
        return token.isEmpty() ? request : request.header("authorization", "Bearer " + token);
    }

    private Object send(HttpRequest.Builder builder) {
        return value(answer(builder));
    }

    private HttpResponse<byte[]> answer(HttpRequest.Builder builder) {
        return exchange(builder, BodyHandlers.ofByteArray());
    }

    private <T> HttpResponse<T> exchange(HttpRequest.Builder builder, BodyHandler<T> body) {
        try {
            return http.send(builder.build(), body);
        } catch (IOException e) {
            throw CommandFailed.unreachable("no answer from the gateway at %s: %s".formatted(url, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailed.unreachable("interrupted");
        }
    }

    private static HttpResponse<byte[]> accepted(HttpResponse<byte[]> response) {
        if (response.statusCode() >= 300) {
            throw refused(response.statusCode(), response.body());
        }
        return response;
    }

    private static Object value(HttpResponse<byte[]> answer) {
        HttpResponse<byte[]> response = accepted(answer);
        String type = response.headers().firstValue("content-type").orElse("");
        if (response.body().length == 0) {
            return null;
        }
        return type.contains("json")
                ? Json.parse(response.body())
                : new String(response.body(), StandardCharsets.UTF_8);
    }

    static CommandFailed refused(int status, byte[] body) {
        try {
            Map<String, Object> problem = Json.parseObject(body);
            String detail = String.valueOf(problem.getOrDefault("detail", problem.get("title")));
            if (status == 401) {
                detail += "; give --token-file FILE, or TALFLOW_TOKEN in the environment";
            }
            if (problem.get("problems") instanceof List<?> problems && !problems.isEmpty()) {
                detail = problems.stream().map(Api::problem).collect(Collectors.joining(System.lineSeparator()));
            }
            return status >= 500 ? CommandFailed.unreachable(detail) : CommandFailed.badInput(detail);
        } catch (Json.NotJson e) {
            return CommandFailed.unreachable("the gateway answered %d".formatted(status));
        }
    }

    /** As the command prints the problems that it finds itself. */
    private static String problem(Object problem) {
        return problem instanceof Map<?, ?> fields
                ? "%s:%s:%s: %s [%s]"
                        .formatted(
                                fields.get("file"),
                                fields.get("line"),
                                fields.get("column"),
                                fields.get("message"),
                                fields.get("code"))
                : String.valueOf(problem);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw CommandFailed.unreachable("the gateway answered something that is no object: " + value);
    }
}
