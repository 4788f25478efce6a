package io.talflow.gateway.sdk;

import com.sun.net.httpserver.HttpExchange;
import io.talflow.tal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what is put and gives it back. */
final class FakeData {
    static final String PATH = "/v1/runtime/data/";
    /** A stream's first answer of the value of this name ends after so many bytes. */
    static final String CUT = "cut";

    static final int CUT_AT = 100_000;
    /** There is room for the value of this name when it is put once more. */
    static final String FULL = "full";
    /** No reader sees the file of the value of this name. */
    static final String UNSEEN = "unseen";
    /** What is asked for by this address lies in a file. */
    static final String SHOWN = PATH + "n/shown?bytes=5";

    /** A request as it came. */
    record Asked(String method, String uri, String range, String type) {}

    private final Map<String, byte[]> values = new ConcurrentHashMap<>();
    private final Map<String, Boolean> troubled = new ConcurrentHashMap<>();
    private volatile Path shown = Path.of("/nowhere/at/all");
    final Queue<Asked> asked = new ConcurrentLinkedQueue<>();

    /** Where readers find the file of a value from now on. */
    void shows(Path file) {
        shown = file;
    }

    void answer(HttpExchange exchange) throws IOException {
        String uri = exchange.getRequestURI().toString();
        String range = exchange.getRequestHeaders().getFirst("Range");
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        asked.add(new Asked(exchange.getRequestMethod(), uri, range == null ? "" : range, type == null ? "" : type));
        String name = exchange.getRequestURI().getPath().substring(PATH.length());
        if (exchange.getRequestMethod().equals("PUT")) {
            put(exchange, name, type);
        } else if (name.equals("n/lost")) {
            problem(exchange, 410, "gateway/data-lost", false);
        } else if (uri.endsWith("&as=path")) {
            boolean unseen = name.equals("n/" + Integer.toHexString(UNSEEN.hashCode()));
            json(exchange, 200, unseen ? Map.of("bytes", 1L) : Map.of("path", shown.toString(), "bytes", 1L));
        } else {
            get(exchange, name.substring("n/".length()), range);
        }
    }

    private void put(HttpExchange exchange, String name, String type) throws IOException {
        if (name.equals(FULL) && troubled.put(name, true) == null) {
            problem(exchange, 507, "gateway/data-full", true);
            return;
        }
        byte[] value = exchange.getRequestBody().readAllBytes();
        String id = Integer.toHexString(name.hashCode());
        values.put(id, value);
        json(
                exchange,
                200,
                Map.of(
                        "$data",
                        Map.of(
                                "name",
                                name,
                                "type",
                                type,
                                "bytes",
                                (long) value.length,
                                "href",
                                PATH + "n/" + id + "?bytes=" + value.length)));
    }

    private void get(HttpExchange exchange, String id, String range) throws IOException {
        byte[] value = values.get(id);
        int from = range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        boolean cut = id.equals(Integer.toHexString(CUT.hashCode())) && troubled.put(CUT, true) == null;
        exchange.sendResponseHeaders(from == 0 ? 200 : 206, value.length - from);
        exchange.getResponseBody().write(value, from, cut ? CUT_AT : value.length - from);
        exchange.close(); // of an answer that is not whole yet it ends the connection
    }

    private static void problem(HttpExchange exchange, int status, String code, boolean retryable) throws IOException {
        json(exchange, status, Map.of("code", code, "detail", "as a test wants it", "retryable", retryable));
    }

    private static void json(HttpExchange exchange, int status, Object value) throws IOException {
        byte[] bytes = Json.text(value).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
