package io.talflow.flink.job;

import static io.talflow.flink.job.JobStack.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.core.message.Encoding;
import io.talflow.tal.conformance.CncfCase;
import io.talflow.tal.conformance.CncfCase.Emitter;
import io.talflow.tal.conformance.MapReduce;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cases of other projects through the real job. */
@DisplayName("Other projects' cases through the job")
class ConformanceIT {
    private static final long SEED = Long.getLong("seed", 20260301L);
    private static final long WORDS = 100_000;
    private static final MapReduce MAP_REDUCE = new MapReduce(SEED);

    @TempDir
    static Path directory;

    private static JobStack stack;
    private static Sdk sdk;
    private int defined;

    @BeforeAll
    static void start() throws Exception {
        stack = JobStack.start(
                directory, firing -> MAP_REDUCE.call(String.valueOf(firing.get("function")), firing.get("input")));
        sdk = new Sdk(stack.kafka(), Encoding.BINARY);
    }

    @AfterAll
    static void stop() throws Exception {
        if (sdk != null) {
            sdk.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @DisplayName("of the CNCF's sdk-java end as it asserts, their listeners woken by what other workflows emit")
    void cncf() throws Exception {
        List<CncfCase> cases = CncfCase.all();
        for (CncfCase wanted : cases) {
            for (String type : wanted.heard()) {
                if (!stack.kafka().topics().contains(type)) {
                    stack.kafka().create(type, 1);
                }
            }
        }
        for (CncfCase wanted : cases) {
            for (String needed : wanted.needs()) {
                stack.define("hello-world-child", "v0", needed);
            }
            String task = begin(
                    wanted.workflow(),
                    wanted.text(),
                    wanted.emitters().isEmpty() ? "c" + defined : "k",
                    wanted.input());
            for (Emitter emitter : wanted.emitters()) {
                await(task + " listens").until(() -> stack.statuses().is(task, "RUNNING"));
                forward(begin(emitter.workflow(), emitter.text(), "e" + defined, emitter.input()));
            }
            await(wanted + " ends").until(() -> ended(task));
            wanted.check(stack.statuses().of(task).orElseThrow());
        }
    }

    @Test
    @DisplayName("of SeBS-Flow, its map-reduce of the large input, give the known answer")
    void mapReduce() throws Exception {
        String task = begin("map-reduce", MapReduce.text(), "large", MapReduce.input(WORDS));
        await("the task ends").until(() -> ended(task));
        assertThat(stack.statuses().of(task).orElseThrow())
                .as("-Dseed=%d", SEED)
                .containsEntry("status", "COMPLETED")
                .containsEntry("output", MapReduce.answer(WORDS));
        assertThat(stack.gateway().firings(task)).hasSize(1 + 3 + 1 + 5);
    }

    /** Defines a version of its own and starts a task of it. */
    private String begin(String workflow, String text, String key, Object input) throws Exception {
        String version = "v" + ++defined;
        stack.define(workflow, version, text);
        String task = workflow + "/" + key;
        Map<String, Object> start = Map.of("workflow", workflow, "version", version, "input", input);
        sdk.send(null, Sdk.event(EventTypes.TASK_STARTED, "start-" + defined, task, start));
        return task;
    }

    /** What a task emitted goes by the topic of its type's name, without {@code taltask}, so that others hear it. */
    private static void forward(String emitter) throws Exception {
        await(emitter + " has emitted").until(() -> sent(emitter).size() == 1);
        ConsumerRecord<byte[], byte[]> record = sent(emitter).get(0);
        ProducerRecord<byte[], byte[]> forwarded = new ProducerRecord<>(header(record, "ce_type"), record.value());
        record.headers().forEach(header -> {
            if (!header.key().equals("ce_taltask")) {
                forwarded.headers().add(header);
            }
        });
        stack.kafka().send(forwarded);
    }

    /** Without the events that a translated workflow tells itself where it goes on by. */
    private static List<ConsumerRecord<byte[], byte[]>> sent(String task) {
        return stack.kafka().read(Topics.OUT).stream()
                .filter(record -> header(record, "ce_taltask").equals(task)
                        && !header(record, "ce_type").startsWith("com.example."))
                .toList();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static boolean ended(String task) {
        return stack.statuses()
                .of(task)
                .filter(status -> status.containsKey("endedAt"))
                .isPresent();
    }
}
