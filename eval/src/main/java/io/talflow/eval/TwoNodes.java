package io.talflow.eval;

import io.talflow.gateway.Gateway;
import io.talflow.gateway.GatewayOptions;
import io.talflow.gateway.ValueOptions;
import io.talflow.stack.Broker;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import io.talflow.tal.semantics.Effect;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Two gateways and a broker, without the job, that run functions and hand their values over. */
final class TwoNodes implements AutoCloseable {
    static final String WORKFLOW = "bench-data";

    private static final long LONGEST_SECONDS = 120;
    private static final long MEMORY = 64L << 20;
    private static final long DISK = 8L << 30;
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Broker broker;
    private final List<Gateway> nodes;
    private final Tail tail;
    private final Producer<byte[], byte[]> job;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, CompletableFuture<Map<String, Object>>> awaited = new ConcurrentHashMap<>();
    private String version = "";
    private long fired;

    private TwoNodes(Broker broker, List<Gateway> nodes) {
        this.broker = broker;
        this.nodes = nodes;
        this.job = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.tail = new Tail(broker.bootstrap(), List.of(Topics.EVENTS), this::seen);
    }

    /** @param remote address of the remote store */
    static TwoNodes start(Path data, Map<String, byte[]> files, String remote) throws Exception {
        Broker broker = Broker.start(data.resolve("kafka"));
        Gateway first = Gateway.start(options(broker, data, "node-1", remote));
        Gateway second = Gateway.start(options(broker, data, "node-2", remote).withControl(first.url()));
        TwoNodes started = new TwoNodes(broker, List.of(first, second));
        started.version = Upload.apply(first.url(), WORKFLOW, files);
        return started;
    }

    private static GatewayOptions options(Broker broker, Path data, String node, String remote) {
        return GatewayOptions.of(broker.bootstrap(), data.resolve(node))
                .withNodeId(node)
                .withPython(2, Duration.ofHours(1))
                .withValues(new ValueOptions(MEMORY, DISK, remote, Duration.ZERO, Duration.ofSeconds(15), Map.of()));
    }

    /** Base URL of a node: 0 or 1. */
    String url(int node) {
        return nodes.get(node).url();
    }

    /**
     * Calls a function.
     *
     * @param node 0 or 1
     * @param task key of the task that it is of
     * @return its result
     */
    Map<String, Object> call(int node, String task, String function, Map<String, Object> input) throws Exception {
        String firing = "%s/%s@0/%s/%d".formatted(WORKFLOW, task, function, fired++);
        Map<String, Object> fields = LoneNode.firing(WORKFLOW, version, function, firing);
        fields.put("task", WORKFLOW + "/" + task);
        fields.put("input", input);
        CompletableFuture<Map<String, Object>> result = new CompletableFuture<>();
        awaited.put(firing + "/1", result);
        http.send(
                HttpRequest.newBuilder(URI.create(url(node) + "/v1/firings"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(Map.of("firings", List.of(fields)))))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        return result.get(LONGEST_SECONDS, TimeUnit.SECONDS);
    }

    /** Says of a task, in the job's place, that it has ended, so that both nodes free its values. */
    void end(String task) throws Exception {
        String id = WORKFLOW + "/" + task;
        Map<String, Object> status = Map.of(
                "task",
                id,
                "workflow",
                WORKFLOW,
                "version",
                version,
                "status",
                "COMPLETED",
                "revision",
                1L,
                "partition",
                0L,
                "startOffset",
                0L,
                "startedAt",
                0L,
                "endedAt",
                System.currentTimeMillis());
        TalEvent event = TalEvent.engine(id + "#1", "/talflow/job", Effect.Status.TASK, id, status);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                Topics.TASKS, id.getBytes(StandardCharsets.UTF_8), CloudEventCodec.structuredBytes(event));
        record.headers().add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
        job.send(record).get();
    }

    /** Waits until nobody has a value of a task that has ended. */
    void awaitFreed(String task) throws Exception {
        String id = WORKFLOW + "/" + task;
        URI data = URI.create("%s/v1/tasks/%s/data".formatted(url(0), id));
        while (!isEmpty(data)) {
            tail.pass(LOOK);
        }
    }

    void pass(Duration time) throws InterruptedException {
        tail.pass(time);
    }

    private boolean isEmpty(URI data) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                http.send(HttpRequest.newBuilder(data).build(), HttpResponse.BodyHandlers.ofByteArray());
        Map<String, Object> known = Json.parseObject(answer.body());
        return known.get("values").equals(List.of()) && known.get("reads").equals(List.of());
    }

    private void seen(ConsumerRecord<byte[], byte[]> record, long nanos) {
        CompletableFuture<Map<String, Object>> result = awaited.remove(text(record, "ce_id"));
        if (result == null) {
            return;
        }
        if (text(record, "ce_type").equals(EventTypes.INVOCATION_COMPLETED)) {
            result.complete(Json.parseObject(record.value()));
        } else {
            result.completeExceptionally(
                    new IOException(text(record, "ce_id") + ": " + new String(record.value(), StandardCharsets.UTF_8)));
        }
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        Header found = record.headers().lastHeader(header);
        return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        job.close();
        tail.close();
        nodes.forEach(Gateway::close);
        broker.close();
    }
}
