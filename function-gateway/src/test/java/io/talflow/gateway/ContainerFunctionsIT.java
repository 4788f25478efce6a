package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import io.talflow.gateway.container.TestEngine;
import io.talflow.gateway.container.TestImages;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Image functions of a gateway with a real broker and a real engine")
class ContainerFunctionsIT {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    static Path data;

    private static DockerClient engine;
    private static EmbeddedBroker broker;
    private static Gateway gateway;
    private static GatewayClient client;
    private static String version;

    @BeforeAll
    static void start() throws Exception {
        engine = TestEngine.client();
        String image = TestImages.probe(engine);
        broker = EmbeddedBroker.start();
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("gateway"))
                .withContainers(new ContainerOptions("auto", 6, Duration.ofSeconds(1), "10.222")));
        client = new GatewayClient(gateway.url());
        String text = """
                tal: 1
                workflow: boxes
                functions:
                  probe: {image: "%s", emits: {header: value}, timeout: 20s}
                  ready: {image: "%s", container: {min: 1, memory: 64Mi}}
                rules:
                  - when: started
                    do: [{invoke: probe}, {invoke: ready}, {complete: 1}]
                """.formatted(image, image);
        // a version of this run alone: the engine may still hold containers of a run that was killed
        String run = UUID.randomUUID().toString();
        version = client.apply("boxes", Map.of("workflow.yaml", text, "run.txt", run));
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
            assertThat(containers("probe")).isEmpty();
            assertThat(containers("ready")).isEmpty();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void anImageFunctionCompletesAndItsLogIsFoundByItsFiring() throws Exception {
        TalEvent event = outcome("probe", Map.of("do", "echo", "text", "box"), "plain/0");
        assertThat(event.type()).isEqualTo(EventTypes.INVOCATION_COMPLETED);
        assertThat(((Map<?, ?>) event.value()).get("text")).isEqualTo("box");
        await().atMost(LONG)
                .until(() -> new String(
                                client.get("/v1/tasks/boxes/t/logs?function=probe")
                                        .body(),
                                StandardCharsets.UTF_8)
                        .contains("echo box"));
    }

    @Test
    void aContainerSignalsDataToItsNode() throws Exception {
        TalEvent event = outcome("probe", Map.of("do", "ready", "header", Map.of("codec", "av1")), "signals/0");
        assertThat(event.value()).isEqualTo(Map.of("signalled", "boxes/t@0/signals/0/ready/header"));
        List<TalEvent> events = LoggedEvents.of(broker.bootstrap(), "boxes/t@0/signals/0");
        assertThat(events).extracting(TalEvent::type).startsWith(EventTypes.DATA_READY);
        assertThat(events.get(0).value()).isEqualTo(Map.of("codec", "av1"));
    }

    @Test
    void aContainerReachesNothingOfItsNodeButTheRuntimeApi() throws Exception {
        assertThat(outcome("probe", Map.of("do", "get", "path", "/v1/tasks"), "door/0")
                        .value())
                .isEqualTo(Map.of("status", 404L));
        assertThat(outcome("probe", Map.of("do", "get", "path", "/healthz"), "door/1")
                        .value())
                .isEqualTo(Map.of("status", 404L));
    }

    @Test
    void aFunctionWithAMinimumIsWarmBeforeItsFirstCall() throws Exception {
        await().atMost(LONG).until(() -> status("ready").get("idle").equals(1L));
        outcome("ready", Map.of("do", "echo", "text", "at once"), "warm/0");
        assertThat(status("ready")).containsEntry("coldStarts", 0L).containsEntry("warmStarts", 1L);
    }

    @Test
    void aTaskThatStartsIsPreparedForWhereItsFunctionsRunAndNowhereElse() throws Exception {
        try (JobStandIn job = new JobStandIn(broker.bootstrap())) {
            String image = TestImages.probe(engine);
            startedOn(job, image, "elsewhere", "node-2");
            startedOn(job, image, "here", "node-1");
            await().atMost(LONG).until(() -> status("here").get("idle").equals(1L));
            assertThat(functions()).extracting(status -> status.get("function")).doesNotContain("elsewhere");
        }
    }

    /** Returns when this node has heard of it. */
    private static void startedOn(JobStandIn job, String image, String workflow, String node) throws Exception {
        String its = client.apply(workflow, Map.of("workflow.yaml", """
                tal: 1
                workflow: %1$s
                functions: {%1$s: {image: "%2$s"}}
                rules: [{when: started, do: {invoke: %1$s}}]
                """.formatted(workflow, image)));
        String task = workflow + "/t";
        job.status(
                task,
                its,
                0,
                Map.of("workflow", workflow, "startedAt", System.currentTimeMillis(), "nodeIds", List.of(node)));
        await().atMost(LONG).until(() -> client.get("/v1/tasks/" + task).status() == 200);
    }

    private static Map<String, Object> status(String function) throws IOException, InterruptedException {
        return functions().stream()
                .filter(status -> status.get("function").equals(function))
                .findFirst()
                .orElse(Map.of("idle", 0L));
    }

    private static List<Map<String, Object>> functions() throws IOException, InterruptedException {
        return ((List<?>) client.get("/v1/containers").json().get("functions"))
                .stream().map(ContainerFunctionsIT::object).toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }

    private static List<String> containers(String function) {
        return engine
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of("io.talflow.function=boxes@%s/%s".formatted(version, function)))
                .exec()
                .stream()
                .map(com.github.dockerjava.api.model.Container::getId)
                .toList();
    }

    private static TalEvent outcome(String function, Object input, String id) throws Exception {
        client.fire(GatewayClient.firing("boxes", version, function, id, input));
        return await().atMost(LONG)
                .until(
                        () -> LoggedEvents.of(broker.bootstrap(), "boxes/t@0/" + id).stream()
                                .filter(event -> event.type().startsWith("io.talflow.invocation."))
                                .toList(),
                        events -> !events.isEmpty())
                .get(0);
    }
}
