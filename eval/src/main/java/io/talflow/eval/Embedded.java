package io.talflow.eval;

import io.talflow.stack.Stack;
import io.talflow.tal.event.CloudEventCodec;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The embedded stack as {@code talflow run} starts it, and what a client does with it. */
final class Embedded implements AutoCloseable {
    private static final Duration IDLE_SERVERS = Duration.ofMinutes(30);

    private final Path data;
    private final Stack stack;
    private final Producer<byte[], byte[]> producer;

    /** A workflow that the stack knows. */
    record Workflow(String name, String version) {}

    private Embedded(Path data, Stack stack) {
        this.data = data;
        this.stack = stack;
        this.producer = FloorServer.producer(stack.kafka());
    }

    static Embedded start(Path data) throws IOException {
        return new Embedded(data, Stack.start(data).orElseThrow());
    }

    /** @param pythonServers function servers that may run at once; they stay warm */
    static Embedded start(Path data, int pythonServers) throws IOException {
        return new Embedded(
                data,
                Stack.start(data, () -> {}, gateway -> gateway.withPython(pythonServers, IDLE_SERVERS))
                        .orElseThrow());
    }

    String kafka() {
        return stack.kafka();
    }

    /** Directory of the job's checkpoints. */
    Path checkpoints() {
        return data.resolve("flink/checkpoints");
    }

    /** @param files the workflow's folder; {@code workflow.yaml} is in it */
    Workflow apply(String workflow, Map<String, byte[]> files) throws IOException, InterruptedException {
        return new Workflow(workflow, Upload.apply(stack.url(), workflow, files));
    }

    Workflow apply(String workflow, String text) throws IOException, InterruptedException {
        return apply(workflow, Map.of("workflow.yaml", text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Sends a start as the gateway does: to the log, naming its version. */
    void startTask(Workflow workflow, String task, Object input) {
        TalEvent start = TalEvent.engine(
                task,
                "/talflow/bench",
                EventTypes.TASK_STARTED,
                task,
                Map.of("workflow", workflow.name(), "version", workflow.version(), "input", input));
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(Topics.EVENTS, task.getBytes(StandardCharsets.UTF_8), start.data());
        CloudEventCodec.headers(start).forEach(record.headers()::add);
        Future<?> unused = producer.send(record);
    }

    /** Sends an event as anybody does: to the ingress topic, without a key. */
    void sendEvent(TalEvent event) {
        Future<?> unused = producer.send(record(Topics.IN, event));
    }

    /** An event without a key. */
    static ProducerRecord<byte[], byte[]> record(String topic, TalEvent event) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, event.data());
        CloudEventCodec.headers(event).forEach(record.headers()::add);
        return record;
    }

    @Override
    public void close() {
        producer.close();
        stack.close();
    }
}
