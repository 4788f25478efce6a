package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.event.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Bad input to a running stack")
@ExtendWith(SharedStack.class)
class BadInputIT {
    private static final String FUNCTIONS = """
            import os, time

            def crash(ctx, input):
                os._exit(7)

            def hang(ctx, input):
                time.sleep(600)

            def text(ctx, input):
                return {1, 2}

            def huge(ctx, input):
                return "x" * 50_000_000
            """;
    private static final String WORKFLOW = """
            tal: 1
            workflow: good
            functions:
              work: {replay: {runtime: 1ms}}
            rules:
              - {when: started, do: {invoke: work}}
              - {when: {completed: work}, do: {complete: fine}}
            """;

    @TempDir
    Path folder;

    @AfterEach
    void aNormalTaskStillCompletes(Talflow talflow) throws IOException {
        Launcher.Result run = talflow.command("run", file("good.yaml", WORKFLOW));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().strip()).isEqualTo("\"fine\"");
    }

    @Test
    void eventsThatCannotBeProcessedAreDeadLettersWithTheirBytes(Talflow talflow) throws Exception {
        Map<String, ProducerRecord<byte[], byte[]>> events = Map.of(
                "no JSON", structured("{\"specversion\": \"1.0\", \"id\": "),
                "no CloudEvent", structured("{\"specversion\": \"1.0\", \"id\": \"1\", \"data\": \"no type\"}"),
                "bytes", new ProducerRecord<>(Topics.IN, new byte[] {0, 1, (byte) 0xff}),
                "engine's own", structured(event("io.talflow.task.cancel.v1", "good/none")),
                "no task", structured(event("com.example.note.v1", null)),
                "unknown task", binary("com.example.note.v1", "good/nobody", "{\"of\": \"nobody\"}"));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", talflow.kafka()), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (ProducerRecord<byte[], byte[]> event : events.values()) {
                producer.send(event).get();
            }
        }
        events.forEach((what, sent) -> {
            ConsumerRecord<byte[], byte[]> letter = await(what)
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> letter(talflow, sent), found -> found != null);
            assertThat(header(letter, "talflow-code")).as(what).matches("(event|task)/[-a-z]+");
            assertThat(header(letter, "talflow-reason")).as(what).isNotBlank();
            assertThat(header(letter, "talflow-topic")).as(what).startsWith("tal.");
        });
    }

    @Test
    void anUnknownTaskIsRefusedByName(Talflow talflow) {
        for (String command : List.of("status", "events", "cancel")) {
            Launcher.Result asked = talflow.command(command, "good/nobody");
            assertThat(asked.exitCode()).isEqualTo(2);
            assertThat(asked.err().strip()).isEqualTo("no task good/nobody");
        }
        assertThat(talflow.command("status", "nonsense").err()).contains("not a task id: nonsense", "WORKFLOW/KEY");
        assertThat(talflow.command("start", "nonsense").err()).contains("no workflow nonsense; known:");
    }

    @Test
    void aWorkflowOf10MegabytesIsRefusedByTheCommandAndByTheGateway(Talflow talflow) throws IOException {
        byte[] comment = new byte[5_000_000]; // random, since what compresses too well is refused as a bomb
        new Random(1).nextBytes(comment);
        String text = WORKFLOW + "#" + HexFormat.of().formatHex(comment) + "\n";
        assertRefused(talflow, text, "bytes");
    }

    @Test
    void anAliasBombIsRefusedByTheCommandAndByTheGateway(Talflow talflow) throws IOException {
        StringBuilder text = new StringBuilder("tal: 1\nworkflow: bomb\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            text.append("a%d: &a%d [%s]\n"
                    .formatted(
                            i,
                            i,
                            String.join(
                                    ", ",
                                    Arrays.asList(("*a" + (i - 1) + " ")
                                            .repeat(10)
                                            .strip()
                                            .split(" ")))));
        }
        assertRefused(talflow, text.toString(), "values");
    }

    @Test
    void aConditionThatDoesNotTypeCheckIsRefusedWithItsPosition(Talflow talflow) throws IOException {
        String text = WORKFLOW.replace("when: started,", "when: started, if: \"${ task.id + 1 > 2 }\",");
        assertRefused(talflow, text, "workflow.yaml:6:25: ");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "crash, Function.Crashed, exited with code 7",
        "hang, Timeout, its timeout of 500 ms",
        "text, Function.BadResult, JSON",
        "huge, Function.ResultTooLarge, 4194304"
    })
    void aFunctionThatMisbehavesFailsItsTask(String function, String error, String why, Talflow talflow)
            throws IOException {
        Files.writeString(folder.resolve("bad.py"), FUNCTIONS);
        String path = file(
                "bad.yaml", """
                tal: 1
                workflow: bad-NAME
                functions:
                  NAME: {python: "bad.py:NAME", timeout: 500ms}
                rules:
                  - {when: started, do: {invoke: NAME}}
                  - {when: {completed: NAME}, do: {complete: 1}}
                """.replace("NAME", function).replace("500ms", function.equals("hang") ? "500ms" : "30s"));
        Launcher.Result run = talflow.command("run", path);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("function %s failed: %s: ".formatted(function, error), why);
    }

    /** By the command, which checks the file itself, and by the gateway, which does not trust it. */
    private void assertRefused(Talflow talflow, String text, String why) throws IOException {
        Launcher.Result apply = talflow.command("apply", file("workflow.yaml", text));
        assertThat(apply.exitCode()).isEqualTo(2);
        assertThat(apply.err()).contains("workflow.yaml:").contains(why);
        byte[] zip = Bundle.zip(folder.resolve("workflow.yaml"), text, false);
        assertThatThrownBy(() -> talflow.api().apply("good", "workflow.yaml", zip))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining(why);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private static String event(String type, String task) {
        String event =
                "{\"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"/test\", \"type\": \"%s\"".formatted(type);
        return event + (task == null ? "}" : ", \"taltask\": \"%s\"}".formatted(task));
    }

    private static ProducerRecord<byte[], byte[]> structured(String text) {
        ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(Topics.IN, text.getBytes(StandardCharsets.UTF_8));
        event.headers().add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
        return event;
    }

    private static ProducerRecord<byte[], byte[]> binary(String type, String task, String data) {
        ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(Topics.IN, data.getBytes(StandardCharsets.UTF_8));
        Map<String, String> attributes = Map.of(
                "ce_specversion", "1.0", "ce_id", "2", "ce_source", "/test", "ce_type", type, "ce_taltask", task);
        attributes.forEach((name, value) -> event.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return event;
    }

    /** The dead letter of a record that was sent; null if there is none yet. */
    private static ConsumerRecord<byte[], byte[]> letter(Talflow talflow, ProducerRecord<byte[], byte[]> sent) {
        return letters(talflow).stream()
                .filter(letter -> Arrays.equals(letter.value(), sent.value()))
                .findFirst()
                .orElse(null);
    }

    private static List<ConsumerRecord<byte[], byte[]>> letters(Talflow talflow) {
        List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
        TopicPartition partition = new TopicPartition(Topics.DEAD_LETTERS, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", talflow.kafka()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(letters::add);
            }
        }
        return letters;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
