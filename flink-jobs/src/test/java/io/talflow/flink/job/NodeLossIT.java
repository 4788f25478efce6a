package io.talflow.flink.job;

import static io.talflow.flink.job.JobStack.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.core.message.Encoding;
import io.talflow.flink.node.Reports;
import io.talflow.tal.Json;
import io.talflow.tal.event.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A job with two nodes")
class NodeLossIT {
    private static final int BODIES = 40;
    private static final String WORKFLOW = """
            tal: 1
            workflow: spread
            functions:
              split: {http: "http://localhost/", emits: {parts: stream}}
              body: {http: "http://localhost/"}
            rules:
              - {when: started, do: {invoke: split}}
              - {when: {item: split.parts}, fires: each, do: {invoke: body, with: "${ event.data }"}}
              - {when: {gather: {completed: body}, over: split.parts}, do: {complete: "${ values }"}}
            """;

    @TempDir
    static Path directory;

    private static final ScheduledExecutorService BEATS = Executors.newSingleThreadScheduledExecutor();
    private static final Map<String, byte[]> SPEAKING = new ConcurrentHashMap<>();
    private static final List<Long> PARTS =
            IntStream.range(0, BODIES).mapToObj(part -> (long) part).toList();

    private static JobStack stack;
    private static EchoGateway second;

    @BeforeAll
    static void start() throws Exception {
        stack = JobStack.start(directory, NodeLossIT::result);
        second = EchoGateway.start(stack.kafka(), NodeLossIT::result);
        stack.define("spread", "v1", WORKFLOW);
        Future<?> unused = BEATS.scheduleAtFixedRate(NodeLossIT::beat, 0, 500, TimeUnit.MILLISECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        BEATS.shutdownNow();
        second.close();
        stack.close();
    }

    private static Object result(Map<?, ?> firing) {
        return firing.get("function").equals("split") ? Map.of("parts", PARTS) : firing.get("input");
    }

    private static void beat() {
        SPEAKING.forEach((node, report) -> stack.kafka()
                .sendLater(new ProducerRecord<>(Topics.NODES, node.getBytes(StandardCharsets.UTF_8), report)));
    }

    @Test
    void spreadsATaskAndGoesOnWithoutTheOneThatFallsSilentAlsoAfterARestart() throws Exception {
        SPEAKING.put("a", Reports.up("a", stack.gateway().url()));
        SPEAKING.put("b", Reports.up("b", second.url()));
        spreadOverBoth("warm");
        stack.gateway().hold(1);
        second.hold(1);
        start("lost");
        await("both run bodies, but for what they have given back")
                .until(() -> stack.gateway().holding() + second.holding() >= BODIES - 1);
        assertThat(second.holding()).isPositive();
        Set<String> lost = runningOn(second, "spread/lost");
        stack.nextCheckpoint();
        stack.loseTaskManager();
        SPEAKING.remove("b");
        stack.gateway().release();
        await("the other does it all").until(() -> stack.statuses().is("spread/lost", "COMPLETED"));
        assertThat(output("spread/lost")).isEqualTo(PARTS);
        assertThat(lost)
                .allSatisfy(firing -> assertThat(stack.statuses().of(firing))
                        .hasValueSatisfying(status -> assertThat(status)
                                .containsEntry("status", "COMPLETED")
                                .containsEntry("attempt", 2L)));

        SPEAKING.put("b", Reports.up("b", second.url()));
        await("it is told to stop what it had")
                .until(() -> second.withdrawn()
                        .containsAll(lost.stream().map(firing -> firing + "/1").toList()));
        second.release();
        start("after");
        await("the log is read on").until(() -> stack.statuses().is("spread/after", "COMPLETED"));
        await("what it says too late is ignored")
                .untilAsserted(() -> assertThat(ignored("spread/lost")).containsAll(lost));
        assertThat(output("spread/lost")).isEqualTo(PARTS);
    }

    @Test
    void givesToTheOthersWhatANodeThatSpeaksDoesNotTake() throws Exception {
        EchoGateway deaf = EchoGateway.start(stack.kafka(), NodeLossIT::result);
        int port = deaf.port();
        SPEAKING.put("c", Reports.up("c", deaf.url()));
        deaf.close(); // nobody listens at its port now
        SPEAKING.put("a", Reports.up("a", stack.gateway().url()));
        SPEAKING.put("b", Reports.up("b", second.url()));
        int[] tries = {0};
        await("a node that speaks gets a firing and does not take it").until(() -> {
            String task = "spread/deaf" + tries[0]++;
            start(task.substring("spread/".length()));
            await(task + " ends all the same").until(() -> stack.statuses().is(task, "COMPLETED"));
            assertThat(output(task)).isEqualTo(PARTS);
            return !unreachable(task).isEmpty();
        });
        String task = "spread/deaf" + (tries[0] - 1);
        Set<String> lost = unreachable(task);
        start("avoids");
        await("a task that begins now").until(() -> stack.statuses().is("spread/avoids", "COMPLETED"));
        assertThat(unreachable("spread/avoids")).as("is not placed there").isEmpty();

        EchoGateway hears = EchoGateway.start(stack.kafka(), NodeLossIT::result, port);
        try {
            await("it is told to stop what may have come through")
                    .until(() -> hears.withdrawn()
                            .containsAll(
                                    lost.stream().map(firing -> firing + "/1").toList()));
            int[] again = {0};
            await("and gets firings again").until(() -> {
                String next = "spread/hears" + again[0]++;
                start(next.substring("spread/".length()));
                await(next + " ends").until(() -> stack.statuses().is(next, "COMPLETED"));
                return !hears.firings(next).isEmpty();
            });
        } finally {
            SPEAKING.remove("c");
            stack.kafka().send(new ProducerRecord<>(Topics.NODES, "c".getBytes(StandardCharsets.UTF_8), null));
            hears.close();
        }
    }

    @Test
    void givesANodeThatComesItsShareOfATaskThatRuns() throws Exception {
        stack.define(
                "narrow",
                "v1",
                WORKFLOW.replace("workflow: spread", "workflow: narrow")
                        .replace("fires: each,", "fires: each, maxConcurrency: 2,"));
        SPEAKING.put("a", Reports.up("a", stack.gateway().url()));
        SPEAKING.put("b", Reports.up("b", second.url()));
        spreadOverBoth("settled");
        EchoGateway late = EchoGateway.start(stack.kafka(), NodeLossIT::result);
        try (Sdk sdk = new Sdk(stack.kafka(), Encoding.BINARY)) {
            stack.gateway().hold(1);
            second.hold(1);
            sdk.send(null, Sdk.start("narrow", "t", Map.of()));
            await("bodies run, two at a time").until(() -> stack.gateway().holding() + second.holding() == 2);
            SPEAKING.put("d", Reports.up("d", late.url()));
            int[] tries = {0};
            await("the job has heard of it").until(() -> {
                String task = "spread/late" + tries[0]++;
                stack.gateway().hold(Integer.MAX_VALUE);
                second.hold(Integer.MAX_VALUE);
                start(task.substring("spread/".length()));
                await(task + " ends").until(() -> stack.statuses().is(task, "COMPLETED"));
                return !late.firings(task).isEmpty();
            });
            assertThat(late.firings("narrow/t")).isEmpty();
            stack.gateway().release();
            second.release();
            await("all is done").until(() -> stack.statuses().is("narrow/t", "COMPLETED"));
            assertThat(output("narrow/t")).isEqualTo(PARTS);
            assertThat(late.firings("narrow/t")).isNotEmpty();
        } finally {
            SPEAKING.remove("d");
            stack.kafka().send(new ProducerRecord<>(Topics.NODES, "d".getBytes(StandardCharsets.UTF_8), null));
            late.close();
        }
    }

    /** The firings of a task that were given up since their node took no calls. */
    private static Set<String> unreachable(String task) {
        return stack.kafka().read(Topics.EVENTS).stream()
                .filter(record -> new String(record.value(), StandardCharsets.UTF_8).contains("\"unreachable\""))
                .map(record ->
                        new String(record.headers().lastHeader("ce_talfiring").value(), StandardCharsets.UTF_8))
                .filter(firing -> firing.startsWith(task + "@"))
                .collect(Collectors.toSet());
    }

    /** Until the job knows both, what is started is not placed. */
    private static void spreadOverBoth(String key) throws Exception {
        int[] tries = {0};
        await("a task runs on both").until(() -> {
            String task = "spread/" + key + tries[0]++;
            start(task.substring("spread/".length()));
            await(task + " ends").until(() -> stack.statuses().is(task, "COMPLETED"));
            return !second.firings(task).isEmpty()
                    && !stack.gateway().firings(task).isEmpty();
        });
    }

    private static void start(String key) throws Exception {
        try (Sdk sdk = new Sdk(stack.kafka(), Encoding.BINARY)) {
            sdk.send(null, Sdk.start("spread", key, Map.of()));
        }
    }

    private static Set<String> runningOn(EchoGateway gateway, String task) {
        return gateway.firings(task).stream()
                .filter(firing -> stack.statuses().is(firing, "RUNNING"))
                .collect(Collectors.toSet());
    }

    private static Object output(String task) {
        return stack.statuses().of(task).orElseThrow().get("output");
    }

    /** The firings whose outcomes changed nothing. */
    private static Set<String> ignored(String task) {
        return stack.kafka().read(Topics.HISTORY).stream()
                .map(record -> Json.parseObject(record.value()))
                .filter(decision -> task.equals(decision.get("task")) && decision.get("ignored") != null)
                .map(decision -> String.valueOf(decision.get("event")).replaceAll("/1$", ""))
                .collect(Collectors.toSet());
    }
}
