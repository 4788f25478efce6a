package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.Json;
import io.talflow.tal.event.TalEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Values between functions on two nodes")
class DataIT {
    private static final String PYTHON = """
            import io
            from talflow import DataRefused

            def make(ctx, input):
                big = ctx.put("big", io.BytesIO(bytes(range(256)) * 4096 * input["mb"]), "video/mp4")
                return {"big": big, "small": ctx.put("small", b"few bytes")}

            def read(ctx, input):
                with ctx.get(input["big"]) as big, ctx.get(input["small"]) as small:
                    where = getattr(big, "name", "")
                    content = big.read()
                    right = content == bytes(range(256)) * (len(content) // 256)
                    return {"bytes": len(content), "right": right, "small": small.read().decode(), "file": where}

            def lost(ctx, input):
                try:
                    ctx.get(input)
                except DataRefused as refused:
                    return {"code": refused.code, "detail": refused.detail}
            """;

    private static final int MB = 1 << 20;

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static HeldFunction function;
    private static Gateway one;
    private static Gateway two;
    private static CuttingProxy between;
    private static GatewayClient first;
    private static GatewayClient second;
    private static String version;
    private static int firings;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        function = new HeldFunction();
        one = Gateway.start(options("node-1", Map.of()));
        between = new CuttingProxy(one.url(), 2, 3 * MB);
        two = Gateway.start(options("node-2", Map.of("node-1", between.url())).withControl(one.url()));
        first = new GatewayClient(one.url());
        second = new GatewayClient(two.url());
        version = first.apply("val", Map.of("values.py", PYTHON, "workflow.yaml", """
                tal: 1
                workflow: val
                functions:
                  make: {python: "values.py:make"}
                  read: {python: "values.py:read"}
                  lost: {python: "values.py:lost"}
                  held: {http: "%s"}
                rules:
                  - {when: started, do: [{invoke: make}, {invoke: read}, {invoke: lost}, {invoke: held}]}
                """.formatted(function.url())));
    }

    @AfterAll
    static void stop() {
        two.close();
        between.close();
        one.close();
        function.close();
        broker.close();
    }

    private static GatewayOptions options(String node, Map<String, String> peers) {
        return GatewayOptions.of(broker.bootstrap(), data.resolve(node))
                .withNodeId(node)
                .withValues(new ValueOptions(
                        4L * MB,
                        64L * MB,
                        data.resolve("remote").toUri().toString(),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(2),
                        peers));
    }

    @Test
    void areReadAsFilesOnTheirNodeAndStreamedToAnotherThoughConnectionsBreak() throws Exception {
        Map<String, Object> made = run(first, "make", Map.of("mb", 8L));
        assertThat(((Map<?, ?>) made.get("big")).toString()).contains("/v1/runtime/data/node-1/");
        Map<String, Object> here = run(first, "read", made);
        assertThat(here)
                .containsEntry("bytes", 8L * MB)
                .containsEntry("right", true)
                .containsEntry("small", "few bytes");
        assertThat((String) here.get("file")).startsWith(data.resolve("node-1").toString());
        Map<String, Object> there = run(second, "read", made);
        assertThat(there).containsEntry("bytes", 8L * MB).containsEntry("right", true);
        assertThat((String) there.get("file")).startsWith(data.resolve("node-2").toString());
        assertThat(between.connections()).as("broken off twice").isGreaterThanOrEqualTo(3);
        run(second, "read", made);
        List<Map<String, Object>> reads = rows(second.get("/v1/tasks/val/t/data"), "reads");
        assertThat(reads)
                .filteredOn(read ->
                        read.get("bytes").equals(8L * MB) && read.get("node").equals("node-2"))
                .extracting(read -> read.get("way") + " from " + read.get("from"))
                .containsExactly("direct from node-1", "local from node-2");
        assertThat(rows(first.get("/v1/tasks/val/t/data"), "values"))
                .extracting(value -> value.get("name"))
                .contains("big", "small");
    }

    @Test
    void areReadFromTheRemoteStoreOrACopyOrAreLostWhenTheirNodeIsGone() throws Exception {
        HeldFunction.Call put = held(first, "t");
        byte[] content = random(2 * MB);
        Map<String, Object> kept = first.putValue(put.token(), "kept?replicate=always", content);
        Map<String, Object> only = first.putValue(put.token(), "only?replicate=never", content);
        HeldFunction.Call get = held(second, "t");
        String gone = "/v1/runtime/data/node-9/";
        Object keptElsewhere = String.valueOf(kept.get("href")).replace("/v1/runtime/data/node-1/", gone);
        String onlyElsewhere = String.valueOf(only.get("href")).replace("/v1/runtime/data/node-1/", gone);
        assertThat(second.value(get.token(), keptElsewhere).body()).isEqualTo(content);
        assertThat(second.value(get.token(), onlyElsewhere).body())
                .as("node-1 has one")
                .isEqualTo(content);
        assertThat(rows(second.get("/v1/tasks/val/t/data"), "reads"))
                .extracting(read -> String.valueOf(read.get("why")))
                .contains("no address of node node-9 is known, and node node-1 has a copy");
        String nobodyHas = onlyElsewhere.replaceFirst("/[0-9a-f]{32}\\?", "/" + "0".repeat(32) + "?");
        GatewayClient.Answer lost = second.value(get.token(), nobodyHas);
        assertThat(lost.status()).isEqualTo(410);
        assertThat(lost.json())
                .containsEntry("code", "gateway/data-lost")
                .containsEntry("retryable", false)
                .extractingByKey("detail")
                .asString()
                .contains("no address of node node-9 is known; it was not replicated to a remote store");
        only.put("href", nobodyHas);
        assertThat(run(second, "lost", Map.of("$data", only))).containsEntry("code", "gateway/data-lost");
        put.answer(1L);
        get.answer(1L);
    }

    @Test
    void areComparedWithTheirChecksum() throws Exception {
        HeldFunction.Call put = held(first, "t");
        Object href = first.putValue(put.token(), "v", random(2 * MB)).get("href");
        between.harms(true);
        try {
            HeldFunction.Call get = held(second, "t");
            GatewayClient.Answer answer = second.value(get.token(), href);
            assertThat(answer.json()).containsEntry("code", "gateway/data-corrupt");
            get.answer(1L);
        } finally {
            between.harms(false);
        }
        HeldFunction.Call again = held(second, "t");
        String other = String.valueOf(href)
                .replaceFirst("crc32c=.", "crc32c=" + (href.toString().contains("crc32c=0") ? "1" : "0"));
        assertThat(first.value(put.token(), other).json()).containsEntry("code", "gateway/data-corrupt");
        put.answer(1L);
        again.answer(1L);
    }

    @Test
    void waitWhileANodeIsFull() throws Exception {
        GatewayOptions small = options("node-3", Map.of())
                .withControl(one.url())
                .withValues(new ValueOptions(MB, 3L * MB, "", Duration.ofMinutes(1), Duration.ofSeconds(1), Map.of()));
        try (Gateway full = Gateway.start(small)) {
            GatewayClient client = new GatewayClient(full.url());
            JobStandIn job = new JobStandIn(broker.bootstrap());
            HeldFunction.Call other = held(client, "other");
            client.putValue(other.token(), "first", random(2 * MB));
            GatewayClient.Answer refused = client.tryPutValue(other.token(), "second", random(2 * MB));
            assertThat(refused.status()).isEqualTo(507);
            assertThat(refused.json())
                    .containsEntry("code", "gateway/data-full")
                    .containsEntry("retryable", true);
            CompletableFuture<Map<String, Object>> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return run(client, "make", Map.of("mb", 2L));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            job.ended("val/other", version);
            Map<String, Object> made = waiting.get(30, java.util.concurrent.TimeUnit.SECONDS);
            assertThat(made.get("big").toString()).contains("node-3");
            other.answer(1L);
            job.close();
        }
    }

    @Test
    void areOfNoOtherTask() throws Exception {
        HeldFunction.Call mine = held(first, "t");
        HeldFunction.Call others = held(first, "other");
        HeldFunction.Call othersThere = held(second, "other");
        String href = String.valueOf(
                first.putValue(mine.token(), "secret", random(MB)).get("href"));
        refused(404, "gateway/unknown-data", first.value(others.token(), href));
        refused(404, "gateway/unknown-data", first.value(others.token(), href + "&as=path"));
        refused(410, "gateway/data-lost", second.value(othersThere.token(), href));
        refused(401, "gateway/unknown-token", first.value("0".repeat(32), href));
        String id = href.replaceFirst(".*/node-1/([0-9a-f]{32}).*", "$1");
        refused(404, "gateway/unknown-data", first.get("/v1/data/" + id + "?task=val/other"));
        refused(404, "gateway/unknown-data", first.get("/v1/data/" + "0".repeat(32) + "?task=val/t"));
        mine.answer(1L);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> refused(410, "gateway/attempt-ended", first.value(mine.token(), href)));
        refused(410, "gateway/attempt-ended", first.tryPutValue(mine.token(), "late", random(10)));
        others.answer(1L);
        othersThere.answer(1L);
    }

    @Test
    void areNowhereButWhereTheyBelong() throws Exception {
        HeldFunction.Call call = held(first, "t");
        String tail = "?bytes=5&crc32c=00000000&type=a/b";
        for (String path : List.of(
                "node-1/..%2F..%2Fjournal.db",
                "node-1/%2Fetc%2Fpasswd",
                "node-1/..",
                "node-1/%2e%2e%2f",
                "..%2Fnode-1/" + "0".repeat(32),
                "node-1/" + "0".repeat(31) + "%00")) {
            // a client of its own, since some of these are refused with the connection's end
            GatewayClient.Answer answer =
                    new GatewayClient(one.url()).value(call.token(), "/v1/runtime/data/" + path + tail + "&as=path");
            assertThat(answer.status()).as(path).isBetween(400, 499);
            assertThat(new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
                    .as(path)
                    .doesNotContain("\"path\"");
        }
        Map<String, Object> odd = first.putValue(call.token(), "..%2F..%2Fescape", random(100_000));
        assertThat(odd).containsEntry("name", "../../escape");
        Path stored = Path.of(String.valueOf(
                first.value(call.token(), odd.get("href") + "&as=path").json().get("path")));
        assertThat(stored.normalize()).startsWith(data.resolve("node-1/values")).isEqualTo(stored);
        refused(400, "gateway/bad-request", first.tryPutValue(call.token(), "v?replicate=maybe", random(1)));
        refused(400, "gateway/bad-request", first.tryPutValue(call.token(), "n".repeat(201), random(1)));
        call.answer(1L);
    }

    @Test
    void areWrittenToTheirFilesByFunctionsOfTheMachineThemselves() throws Exception {
        HeldFunction.Call call = held(first, "t");
        HeldFunction.Call another = held(first, "t");
        byte[] content = random(3 * MB);
        Map<String, Object> place = first.begin(call.token(), "v?bytes=" + content.length);
        String at = "/v1/runtime/data/v/" + place.get("id");
        Path file = Path.of(String.valueOf(place.get("path")));
        Files.write(file, Arrays.copyOf(content, MB));
        assertThat(first.written(call.token(), at, MB).json()).containsEntry("written", (long) MB);
        refused(404, "gateway/unknown-data", first.written(another.token(), at, content.length));
        refused(400, "gateway/bad-request", first.written(call.token(), at, content.length));
        Files.write(file, content);
        Map<?, ?> reference = (Map<?, ?>)
                first.written(call.token(), at, content.length).json().get("$data");
        assertThat(first.value(another.token(), reference.get("href")).body()).isEqualTo(content);
        refused(404, "gateway/unknown-data", first.written(call.token(), at, content.length));

        Path left = Path.of(String.valueOf(
                first.begin(call.token(), "left?bytes=" + content.length).get("path")));
        Path givenUp =
                Path.of(String.valueOf(first.begin(another.token(), "w?bytes=1").get("path")));
        assertThat(givenUp).exists();
        String id = givenUp.getFileName().toString().replace(".part", "");
        assertThat(first.call(
                                "DELETE",
                                "/v1/runtime/data/w/" + id,
                                new byte[0],
                                "authorization",
                                "Bearer " + another.token())
                        .status())
                .isEqualTo(204);
        assertThat(givenUp).doesNotExist();
        call.answer(1L);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(left).as("begun, and its attempt has ended").doesNotExist());
        another.answer(1L);
    }

    @Test
    void areReadFromAnyOffset() throws Exception {
        HeldFunction.Call call = held(first, "t");
        byte[] content = random(100_000);
        Object href = first.putValue(call.token(), "v", content).get("href");
        GatewayClient.Answer rest = first.value(call.token(), href, "range", "bytes=99990-");
        assertThat(rest.status()).isEqualTo(206);
        assertThat(rest.contentType()).isEqualTo("video/mp4");
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(content, 99_990, 100_000));
        assertThat(first.value(call.token(), href, "range", "bytes=10-19").body())
                .hasSize(10);
        assertThat(first.value(call.token(), href, "range", "bytes=100000-").status())
                .isEqualTo(416);
        call.answer(1L);
    }

    private static void refused(int status, String code, GatewayClient.Answer answer) {
        assertThat(answer.json()).containsEntry("code", code);
        assertThat(answer.status()).isEqualTo(status);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(GatewayClient.Answer answer, String name) {
        return (List<Map<String, Object>>) answer.json().get(name);
    }

    private static HeldFunction.Call held(GatewayClient node, String key) throws Exception {
        fire(node, "held", key, Map.of());
        return function.call();
    }

    private static Map<String, Object> run(GatewayClient node, String name, Object input) throws Exception {
        String firing = fire(node, name, "t", input);
        TalEvent outcome = await().atMost(Duration.ofSeconds(30))
                .until(() -> LoggedEvents.of(broker.bootstrap(), firing), events -> !events.isEmpty())
                .get(0);
        return Json.parseObject(outcome.data());
    }

    private static synchronized String fire(GatewayClient node, String name, String key, Object input)
            throws Exception {
        Map<String, Object> firing = GatewayClient.firing("val", version, name, name + "/" + firings++, input);
        String id = String.valueOf(firing.get("firing")).replace("val/t@", "val/" + key + "@");
        firing.put("task", "val/" + key);
        firing.put("firing", id);
        assertThat(node.fire(firing)).containsEntry("accepted", true);
        return id;
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
