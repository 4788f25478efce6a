package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.data.DataProxy;
import io.talflow.gateway.data.Descriptor;
import io.talflow.gateway.data.Put;
import io.talflow.gateway.data.Replicate;
import io.talflow.gateway.data.Value;
import io.talflow.gateway.data.Wanted;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.runtime.Attempt;
import io.talflow.gateway.runtime.Attempts;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values that go by reference: put and read by running functions, and read by other nodes. All of them stream. */
final class DataResource {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{1,18})?");
    private static final int BUFFER = 256 * 1024;

    private final Attempts attempts;
    private final DataProxy proxy;

    DataResource(Attempts attempts, DataProxy proxy) {
        this.attempts = attempts;
        this.proxy = proxy;
    }

    /** {@code PUT /v1/runtime/data/{name}?nodes=&replicate=}, the value as body; answers its reference. */
    void put(Context http) throws IOException {
        Attempt attempt = Bearer.attempt(http, attempts);
        Firing firing = attempt.firing();
        Put put = new Put(
                firing.task(),
                firing.key().firing(),
                firing.workflow() + "/" + firing.function(),
                http.pathParam("name"),
                type(http.contentType()),
                http.req().getContentLengthLong(),
                (int) Math.min(Answers.number(http, "nodes", -1), 1_000_000),
                replicate(Answers.optional(http, "replicate")));
        try {
            Answers.json(http, 200, proxy.put(put, http.req().getInputStream()).json());
        } catch (GatewayFailure e) {
            http.header("Connection", "close"); // what is left of the body is not read
            throw e;
        }
    }

    private static String type(String header) {
        String type = header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.isEmpty() ? "application/octet-stream" : type;
    }

    private static Replicate replicate(String text) {
        if (text == null) {
            return Replicate.AUTO;
        }
        return Arrays.stream(Replicate.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new GatewayFailure(
                        GatewayError.BAD_REQUEST, "replicate must be auto, always or never, is " + text));
    }

    /** {@code GET /v1/runtime/data/{node}/{id}?…}: the {@code href} of a reference; with {@code as=path} where its file is. */
    void get(Context http) throws IOException {
        Firing firing = Bearer.attempt(http, attempts).firing();
        Wanted wanted = Wanted.parse(http.pathParam("node"), http.pathParam("id"), http::queryParam);
        Value value = proxy.get(firing.task(), firing.key().toString(), wanted);
        if ("path".equals(http.queryParam("as"))) {
            Path path = proxy.path(value);
            Answers.json(
                    http,
                    200,
                    Map.of("path", path.toString(), "bytes", value.descriptor().bytes()));
            return;
        }
        send(http, value);
    }

    /** {@code GET /v1/data/{id}?task=&reader=}: for other nodes. Who knows the id has seen the reference. */
    void peer(Context http) throws IOException {
        String task = Answers.optional(http, "task");
        String reader = Answers.optional(http, "reader");
        send(http, proxy.forPeer(task == null ? "" : task, http.pathParam("id"), reader == null ? "" : reader));
    }

    /** {@code GET /v1/data?task=}: for other nodes, what this one knows of the ways that the task's values took. */
    void here(Context http) {
        String task = Answers.optional(http, "task");
        Answers.json(http, 200, proxy.ofTask(task == null ? "" : task));
    }

    /** {@code GET /v1/tasks/{workflow}/{key}/data}: the same from all nodes. */
    void everywhere(Context http) {
        Answers.json(http, 200, proxy.everywhere(Answers.task(http)));
    }

    private static void send(Context http, Value value) throws IOException {
        Descriptor descriptor = value.descriptor();
        long from = 0;
        long to = descriptor.bytes();
        String header = http.header("Range");
        if (header != null) {
            Matcher range = RANGE.matcher(header);
            from = range.matches() ? Long.parseLong(range.group(1)) : to;
            if (from >= to) {
                http.status(416).header("Content-Range", "bytes */" + to);
                return;
            }
            to = range.group(2) == null ? to : Math.min(to, Long.parseLong(range.group(2)) + 1);
            http.status(206).header("Content-Range", "bytes %d-%d/%d".formatted(from, to - 1, descriptor.bytes()));
        }
        http.res().setCharacterEncoding(null); // bytes have none
        http.res().setContentType(descriptor.type());
        http.header("Accept-Ranges", "bytes");
        http.header("ETag", "\"" + descriptor.crc32c() + "\"");
        http.res().setContentLengthLong(to - from);
        copy(value, from, to - from, http.res().getOutputStream());
    }

    private static void copy(Value value, long from, long bytes, OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER, Math.max(1, bytes))];
        try (InputStream in = value.open(from)) {
            for (long left = bytes; left > 0; ) {
                int length = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (length < 0) {
                    throw new EOFException("the value ends %d bytes early".formatted(left));
                }
                out.write(buffer, 0, length);
                left -= length;
            }
        }
    }

    static List<HttpServer.Route> routes(DataResource data) {
        return List.of(
                new HttpServer.Route(HandlerType.PUT, "/v1/runtime/data/{name}", Need.ATTEMPT, data::put),
                new HttpServer.Route(HandlerType.GET, "/v1/runtime/data/{node}/{id}", Need.ATTEMPT, data::get),
                new HttpServer.Route(HandlerType.GET, "/v1/data", Need.NODE, data::here),
                new HttpServer.Route(HandlerType.GET, "/v1/data/{id}", Need.NODE, data::peer),
                new HttpServer.Route(
                        HandlerType.GET, "/v1/tasks/{workflow}/{key}/data", Need.VIEWER, data::everywhere));
    }
}
