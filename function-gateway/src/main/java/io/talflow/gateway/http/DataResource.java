package io.talflow.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.talflow.gateway.GatewayError;
import io.talflow.gateway.GatewayFailure;
import io.talflow.gateway.container.Containers;
import io.talflow.gateway.container.ValueMounts;
import io.talflow.gateway.data.DataProxy;
import io.talflow.gateway.data.Descriptor;
import io.talflow.gateway.data.Place;
import io.talflow.gateway.data.Put;
import io.talflow.gateway.data.Puts;
import io.talflow.gateway.data.Reading;
import io.talflow.gateway.data.Reference;
import io.talflow.gateway.data.Replicate;
import io.talflow.gateway.data.Value;
import io.talflow.gateway.data.Wanted;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.runtime.Attempt;
import io.talflow.gateway.runtime.Attempts;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee10.servlet.HttpOutput;

/** Values that go by reference: put and read by running functions, and read by other nodes. All of them stream. */
final class DataResource {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{1,18})?");

    private final Attempts attempts;
    private final DataProxy proxy;
    private final Readings readings;
    private final Containers containers;

    DataResource(Attempts attempts, DataProxy proxy, Readings readings, Containers containers) {
        this.attempts = attempts;
        this.proxy = proxy;
        this.readings = readings;
        this.containers = containers;
    }

    /** {@code PUT /v1/runtime/data/{name}?nodes=&replicate=}, the value as body; answers its reference. */
    void put(Context http) throws IOException {
        Put put = put(http, Bearer.attempt(http, attempts), http.req().getContentLengthLong());
        try {
            Answers.json(
                    http,
                    200,
                    proxy.puts().take(put, http.req().getInputStream()).json());
        } catch (GatewayFailure e) {
            http.header("Connection", "close"); // what is left of the body is not read
            throw e;
        }
    }

    private static Put put(Context http, Attempt attempt, long length) {
        Firing firing = attempt.firing();
        return new Put(
                firing.task(),
                firing.key().firing(),
                firing.workflow() + "/" + firing.function(),
                http.pathParam("name"),
                type(http.contentType()),
                length,
                (int) Math.min(Answers.number(http, "nodes", -1), 1_000_000),
                replicate(Answers.optional(http, "replicate")),
                attempt.isForDataOnly());
    }

    /** {@code POST /v1/runtime/data/{name}?bytes=&nodes=&replicate=}; answers {@code {id, path}}, where to write the value. */
    void begin(Context http) {
        Attempt attempt = Bearer.attempt(http, attempts);
        long bytes = Answers.number(http, "bytes", -1);
        if (bytes < 0) {
            throw new GatewayFailure(GatewayError.BAD_REQUEST, "the parameter bytes must say how long the value is");
        }
        Puts.Place place = proxy.puts().begin(put(http, attempt, bytes));
        attempt.quiet().thenRun(() -> proxy.puts().giveUp(attempt.firing().key().firing(), place.id()));
        Answers.json(http, 200, Map.of("id", place.id(), "path", place.path().toString()));
    }

    /** {@code PUT /v1/runtime/data/{name}/{id}?written=}; answers the reference once all is written. */
    void written(Context http) {
        String firing = Bearer.attempt(http, attempts).firing().key().firing();
        long bytes = Answers.number(http, "written", 0);
        Answers.json(
                http,
                200,
                proxy.puts()
                        .written(firing, http.pathParam("id"), bytes)
                        .map(Reference::json)
                        .orElseGet(() -> Map.of("written", bytes)));
    }

    /** {@code DELETE /v1/runtime/data/{name}/{id}}: it will not be written. */
    void giveUp(Context http) {
        proxy.puts().giveUp(Bearer.attempt(http, attempts).firing().key().firing(), http.pathParam("id"));
        http.status(204);
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

    /**
     * {@code GET /v1/runtime/data/{node}/{id}?…}: the {@code href} of a reference; with {@code as=path} where its file is, if the
     * function can see it.
     */
    void get(Context http) throws IOException {
        Attempt attempt = Bearer.attempt(http, attempts);
        Wanted wanted = Wanted.parse(http.pathParam("node"), http.pathParam("id"), http::queryParam);
        Reading reading = readings.of(attempt.firing(), wanted);
        if ("path".equals(http.queryParam("as"))) {
            Map<String, Object> answer = new LinkedHashMap<>();
            place(attempt)
                    .flatMap(place -> proxy.file(reading, wanted, place))
                    .ifPresent(path -> answer.put("path", path.toString()));
            answer.put("bytes", wanted.bytes());
            Answers.json(http, 200, answer);
            return;
        }
        send(http, proxy.get(reading, wanted));
    }

    /** Where the function finds files of this node. Empty: it is in a container that cannot be shown any. */
    private Optional<Place> place(Attempt attempt) {
        if (!(attempt.function().executor() instanceof Function.Executor.Image)) {
            return Optional.of(Place.HERE);
        }
        String token = attempt.access().token();
        ValueMounts mounts = containers.mounts();
        return mounts.serves(token) ? Optional.of((id, file) -> mounts.show(token, id, file)) : Optional.empty();
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
        HttpOutput out = (HttpOutput) http.res().getOutputStream(); // Jetty's, which takes native memory
        value.send(from, to - from, out::write);
    }

    static List<HttpServer.Route> routes(DataResource data) {
        return List.of(
                new HttpServer.Route(HandlerType.PUT, "/v1/runtime/data/{name}", Need.ATTEMPT, data::put),
                new HttpServer.Route(HandlerType.POST, "/v1/runtime/data/{name}", Need.ATTEMPT, data::begin),
                new HttpServer.Route(HandlerType.PUT, "/v1/runtime/data/{name}/{id}", Need.ATTEMPT, data::written),
                new HttpServer.Route(HandlerType.DELETE, "/v1/runtime/data/{name}/{id}", Need.ATTEMPT, data::giveUp),
                new HttpServer.Route(HandlerType.GET, "/v1/runtime/data/{node}/{id}", Need.ATTEMPT, data::get),
                new HttpServer.Route(HandlerType.GET, "/v1/data", Need.NODE, data::here),
                new HttpServer.Route(HandlerType.GET, "/v1/data/{id}", Need.NODE, data::peer),
                new HttpServer.Route(
                        HandlerType.GET, "/v1/tasks/{workflow}/{key}/data", Need.VIEWER, data::everywhere));
    }
}
