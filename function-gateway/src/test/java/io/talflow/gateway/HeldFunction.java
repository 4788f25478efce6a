package io.talflow.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.talflow.tal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An HTTP function that a test answers for: each call runs until the test says how it ends. */
final class HeldFunction implements AutoCloseable {
    /** A call that runs. */
    record Call(HttpExchange exchange) {
        String runtime() {
            return exchange.getRequestHeaders().getFirst("X-Talflow-Runtime");
        }

        String token() {
            return exchange.getRequestHeaders().getFirst("X-Talflow-Token");
        }

        String firing() {
            return exchange.getRequestHeaders().getFirst("Idempotency-Key");
        }

        /** That the result will be reported. */
        void accept() throws IOException {
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
        }

        void answer(Object result) throws IOException {
            byte[] body = Json.bytes(result);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        }
    }

    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private final HttpServer server;

    HeldFunction() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            calls.add(new Call(exchange));
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:%d/".formatted(server.getAddress().getPort());
    }

    /** The next call. */
    Call call() throws InterruptedException {
        Call call = calls.poll(20, TimeUnit.SECONDS);
        if (call == null) {
            throw new AssertionError("the function was not called");
        }
        return call;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
