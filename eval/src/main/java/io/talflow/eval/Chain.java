package io.talflow.eval;

import io.talflow.eval.Latencies.Trace;
import io.talflow.stack.Stack;
import io.talflow.tal.Json;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.TaskId;
import io.talflow.tal.event.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Functions one after the other, on an embedded stack. */
final class Chain implements AutoCloseable {
    static final String WORKFLOW = "bench-chain";

    private final AtomicLong tasks = new AtomicLong();
    private final Stack stack;
    private final String version;
    private final Producer<byte[], byte[]> producer;
    private final LogTail tail;

    private Chain(Stack stack, String version) {
        this.stack = stack;
        this.version = version;
        this.producer = FloorServer.producer(stack.kafka());
        this.tail = new LogTail(stack.kafka(), Topics.EVENTS, Topics.TASKS, Chain::ends);
    }

    static Chain start(Path data, Executor executor, int hops) throws IOException, InterruptedException {
        Stack stack = Stack.start(data).orElseThrow();
        return new Chain(stack, apply(stack.url(), executor.files(hops)));
    }

    String kafka() {
        return stack.kafka();
    }

    /** Sends a start as the gateway does: to the log, naming its version. */
    Trace task(byte[] body) throws InterruptedException {
        String task = TaskId.of(WORKFLOW, "t" + tasks.incrementAndGet());
        Map<String, Object> input = Map.of("body", new String(body, StandardCharsets.ISO_8859_1));
        TalEvent start = TalEvent.engine(
                task,
                "/talflow/bench",
                EventTypes.TASK_STARTED,
                task,
                Map.of("workflow", WORKFLOW, "version", version, "input", input));
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(Topics.EVENTS, task.getBytes(StandardCharsets.UTF_8), start.data());
        CloudEventCodec.headers(start).forEach(record.headers()::add);
        // a start that is lost is a task that does not end, which the tail reports
        return tail.run(task, () -> {
            Future<?> unused = producer.send(record);
        });
    }

    private static boolean ends(ConsumerRecord<byte[], byte[]> record) {
        Map<?, ?> data = (Map<?, ?>) Json.parseObject(record.value()).get("data");
        Object status = data.get("status");
        if ("FAILED".equals(status)) {
            throw new IllegalStateException("a task of the chain failed: " + Json.text(data));
        }
        return "COMPLETED".equals(status);
    }

    /** @return the version */
    private static String apply(String gateway, Map<String, byte[]> files) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(gateway + "/v1/workflows/" + WORKFLOW + "?file=workflow.yaml"))
                .header("Content-Type", "application/zip")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(zip(files)))
                .build();
        HttpResponse<byte[]> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
        Object version = Json.parseObject(response.body()).get("version");
        if (version == null) {
            throw new IOException(
                    "the gateway did not take the workflow: " + new String(response.body(), StandardCharsets.UTF_8));
        }
        return version.toString();
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        tail.close();
        producer.close();
        stack.close();
    }
}
