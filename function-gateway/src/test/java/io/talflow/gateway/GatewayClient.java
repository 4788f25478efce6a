package io.talflow.gateway;

import io.talflow.tal.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A gateway's API, as a test uses it. */
final class GatewayClient {
    record Answer(int status, String contentType, byte[] body) {
        Map<String, Object> json() {
            return Json.parseObject(body);
        }
    }

    private final HttpClient http;
    private final String url;
    private final String token;

    GatewayClient(String url) {
        this(url, "");
    }

    /** @param token empty: none */
    GatewayClient(String url, String token) {
        this(url, token, HttpClient.newHttpClient());
    }

    /** @param http what it calls by, with what it trusts in TLS */
    GatewayClient(String url, String token, HttpClient http) {
        this.url = url;
        this.token = token;
        this.http = http;
    }

    /** Any call, with headers as name, value, name, value. */
    Answer call(String method, String path, byte[] body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).method(method, BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).GET());
    }

    Answer delete(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).DELETE());
    }

    Answer post(String path, Object json) throws IOException, InterruptedException {
        return post(path, "application/json", Json.bytes(json));
    }

    Answer post(String path, String type, byte[] body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                .header("content-type", type)
                .POST(BodyPublishers.ofByteArray(body)));
    }

    /** A signal of a running function. */
    Answer signal(String token, String path, Object json) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + "/v1/runtime/" + path))
                .header("authorization", "Bearer " + token)
                .POST(BodyPublishers.ofByteArray(Json.bytes(json))));
    }

    /** A value that a running function puts. @return what is in its reference */
    @SuppressWarnings("unchecked")
    Map<String, Object> putValue(String token, String path, byte[] value) throws IOException, InterruptedException {
        Answer answer = tryPutValue(token, path, value);
        if (answer.status() != 200) {
            throw new IOException(new String(answer.body(), StandardCharsets.UTF_8));
        }
        return (Map<String, Object>) answer.json().get("$data");
    }

    Answer tryPutValue(String token, String path, byte[] value) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + "/v1/runtime/data/" + path))
                .header("authorization", "Bearer " + token)
                .header("content-type", "video/mp4")
                .PUT(BodyPublishers.ofByteArray(value)));
    }

    /** A value that a running function is going to write itself. @return {@code {id, path}} */
    Map<String, Object> begin(String token, String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + "/v1/runtime/data/" + path))
                        .header("authorization", "Bearer " + token)
                        .header("content-type", "video/mp4")
                        .POST(BodyPublishers.noBody()))
                .json();
    }

    /** So many bytes of it are written. */
    Answer written(String token, String at, long bytes) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + at + "?written=" + bytes))
                .header("authorization", "Bearer " + token)
                .PUT(BodyPublishers.noBody()));
    }

    /** A value that a running function reads. */
    Answer value(String token, Object href, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + href)).header("authorization", "Bearer " + token);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.GET());
    }

    Answer put(String path, byte[] body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).PUT(BodyPublishers.ofByteArray(body)));
    }

    /** Applies a workflow and returns its version. */
    String apply(String name, Map<String, String> files) throws IOException, InterruptedException {
        Answer answer = put("/v1/workflows/" + name, zip(files));
        if (answer.status() != 200) {
            throw new IOException(new String(answer.body(), StandardCharsets.UTF_8));
        }
        return String.valueOf(answer.json().get("version"));
    }

    /** Fires one function; how it was refused, or that it was accepted. */
    @SuppressWarnings("unchecked")
    Map<String, Object> fire(Map<String, Object> firing) throws IOException, InterruptedException {
        Answer answer = post("/v1/firings", Map.of("firings", List.of(firing)));
        return answer.body().length == 0
                ? Map.of("accepted", true)
                : ((List<Map<String, Object>>) answer.json().get("results")).get(0);
    }

    static Map<String, Object> firing(String workflow, String version, String function, String id, Object input) {
        Map<String, Object> firing = new LinkedHashMap<>();
        firing.put("task", workflow + "/t");
        firing.put("workflow", workflow);
        firing.put("version", version);
        firing.put("firing", workflow + "/t@0/" + id);
        firing.put("attempt", 1L);
        firing.put("function", function);
        firing.put("as", function);
        firing.put("input", input);
        return firing;
    }

    static byte[] zip(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        if (!token.isEmpty()
                && request.copy().build().headers().firstValue("authorization").isEmpty()) {
            request.header("authorization", "Bearer " + token);
        }
        HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("content-type").orElse(""),
                response.body());
    }
}
