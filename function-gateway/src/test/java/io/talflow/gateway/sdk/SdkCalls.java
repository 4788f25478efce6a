package io.talflow.gateway.sdk;

import io.talflow.tal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Calls a function server as a gateway does. */
final class SdkCalls {
    static final long DEADLINE = 4_102_444_800_000L;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final FakeRuntime runtime;
    private final SdkServer server;

    SdkCalls(FakeRuntime runtime, SdkServer server) {
        this.runtime = runtime;
        this.server = server;
    }

    HttpResponse<String> call(String input) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/".formatted(server.port())))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofString(input));
        headers().forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** What a call of another method at any path is answered. */
    int statusOf(String method) throws Exception {
        URI uri = URI.create("http://127.0.0.1:%d/any/path".formatted(server.port()));
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, BodyPublishers.noBody())
                .build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("ce-specversion", "1.0");
        headers.put("ce-id", "w/t@0/r/0/3");
        headers.put("ce-type", "io.talflow.invocation.requested.v1");
        headers.put("ce-source", "/talflow/w/t");
        headers.put("Idempotency-Key", "w/t@0/r/0");
        headers.put("X-Talflow-Task", "w/t");
        headers.put("X-Talflow-Attempt", "3");
        headers.put("X-Talflow-Runtime", runtime.url());
        headers.put("X-Talflow-Token", "secret");
        byte[] secrets = Json.bytes(Map.of("key", "s3 é"));
        headers.put("X-Talflow-Secrets", Base64.getEncoder().encodeToString(secrets));
        headers.put("X-Deadline-Ms", Long.toString(DEADLINE));
        return headers;
    }

    byte[] request(Map<String, Object> input) {
        byte[] body = Json.bytes(input);
        StringBuilder head = new StringBuilder("POST / HTTP/1.1\r\nHost: f\r\n");
        headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        return (head + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    /** Sends a call on a connection of its own. */
    Socket send(Map<String, Object> input) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(60));
        socket.getOutputStream().write(request(input));
        return socket;
    }

    String raw(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(60));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return answer(socket);
        }
    }

    /** What one read brings: a small answer is one write. */
    static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[65_536];
        int read = in.read(buffer);
        return new String(Arrays.copyOf(buffer, Math.max(0, read)), StandardCharsets.UTF_8);
    }
}
