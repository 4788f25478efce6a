package io.talflow.eval;

import io.talflow.gateway.ContainerOptions;
import io.talflow.gateway.Gateway;
import io.talflow.gateway.GatewayOptions;
import io.talflow.stack.Broker;
import io.talflow.tal.Json;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.ObjLongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A gateway and a broker, without the job: firings are sent as the job sends them, outcomes read from the log. */
final class LoneNode implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int MOST = 500;

    private final Broker broker;
    private final Gateway gateway;
    private final Tail tail;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, ObjLongConsumer<String>> awaited = new ConcurrentHashMap<>();

    private LoneNode(Broker broker, Gateway gateway) {
        this.broker = broker;
        this.gateway = gateway;
        this.tail = new Tail(broker.bootstrap(), List.of(Topics.EVENTS), this::seen);
    }

    /** Function servers and containers stay as long as it does. */
    static LoneNode start(Path data, int servers) throws Exception {
        Broker broker = Broker.start(data.resolve("kafka"));
        ContainerOptions usual = ContainerOptions.of();
        return new LoneNode(
                broker,
                Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("gateway"))
                        .withPython(servers, Duration.ofHours(1))
                        .withContainers(
                                new ContainerOptions(usual.engine(), MOST, Duration.ofMillis(1), usual.subnets()))));
    }

    /** @return the version */
    String apply(String workflow, Map<String, String> files) throws IOException, InterruptedException {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        files.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return Upload.apply(gateway.url(), workflow, bytes);
    }

    /** Containers that are warm and wait, of all functions. */
    long idleContainers() throws IOException, InterruptedException {
        Map<String, Object> answer =
                Json.parseObject(send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/containers"))
                        .GET()));
        return ((List<?>) answer.get("functions"))
                .stream()
                        .mapToLong(function -> (Long) ((Map<?, ?>) function).get("idle"))
                        .sum();
    }

    static Map<String, Object> firing(String workflow, String version, String function, String firing) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("task", workflow + "/t");
        fields.put("workflow", workflow);
        fields.put("version", version);
        fields.put("firing", firing);
        fields.put("attempt", 1L);
        fields.put("function", function);
        fields.put("as", function);
        fields.put("input", Map.of("n", 1L));
        return fields;
    }

    /**
     * Sends firings in one call, as the job does.
     *
     * @param completed told of each when its completion is read from the log: the firing, and {@link System#nanoTime} of that
     */
    void fire(List<Map<String, Object>> firings, ObjLongConsumer<String> completed)
            throws IOException, InterruptedException {
        firings.forEach(firing -> awaited.put(firing.get("firing") + "/1", completed));
        byte[] refused = send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/firings"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(Map.of("firings", new ArrayList<>(firings))))));
        if (refused.length > 0) {
            throw new IllegalStateException("the node refused: " + new String(refused, StandardCharsets.UTF_8));
        }
    }

    /** One call, alone. @return nanoseconds from before the request until its completion is read, so after Kafka has it */
    long call(Map<String, Object> firing) throws IOException, InterruptedException {
        CountDownLatch arrived = new CountDownLatch(1);
        long[] at = new long[1];
        long sent = System.nanoTime();
        fire(List.of(firing), (id, nanos) -> {
            at[0] = nanos;
            arrived.countDown();
        });
        tail.await(arrived, LONGEST, () -> "the completion of " + firing.get("firing"));
        return at[0] - sent;
    }

    void pass(Duration time) throws InterruptedException {
        tail.pass(time);
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        ObjLongConsumer<String> completed = awaited.remove(text(record, "ce_id"));
        if (completed == null) {
            return;
        }
        if (!text(record, "ce_type").equals(EventTypes.INVOCATION_COMPLETED)) {
            throw new IllegalStateException("%s failed: %s"
                    .formatted(text(record, "ce_id"), new String(record.value(), StandardCharsets.UTF_8)));
        }
        completed.accept(text(record, "ce_id"), nanos);
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        Header found = record.headers().lastHeader(header);
        return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
    }

    private byte[] send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    @Override
    public void close() {
        tail.close();
        gateway.close();
        broker.close();
    }
}
