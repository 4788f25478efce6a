package io.talflow.gateway.sdk;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A node's runtime API that remembers what it was told; refuses {@code ready/wrong}, and {@code ready/again} once. */
final class FakeRuntime implements AutoCloseable {
    /** @param uri path and query as they were sent */
    record Told(String uri, String authorization, String body) {}

    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final HttpServer server;
    final FakeData data = new FakeData();

    FakeRuntime() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "fake-runtime");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::answer);
        server.createContext(FakeData.PATH, data::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:%d".formatted(server.getAddress().getPort());
    }

    /** The next signal. */
    Told next() throws InterruptedException {
        Told next = told.poll(30, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was signalled");
        }
        return next;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String uri = exchange.getRequestURI().toString();
        told.add(new Told(uri, exchange.getRequestHeaders().getFirst("Authorization"), body));
        if (uri.equals("/v1/runtime/ready/wrong")) {
            answer(
                    exchange,
                    422,
                    "{\"code\":\"gateway/undeclared-datum\",\"detail\":\"no wrong\",\"retryable\":false}");
        } else if (uri.equals("/v1/runtime/ready/again") && refused.add(uri)) {
            answer(exchange, 503, "{\"code\":\"gateway/log-unavailable\",\"detail\":\"down\",\"retryable\":true}");
        } else {
            answer(exchange, 200, "{\"id\":\"1\"}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
