package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import io.talflow.gateway.container.TestEngine;
import io.talflow.gateway.container.TestImages;
import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A gateway that is killed while twenty of its containers run calls")
class KilledGatewayE2E {
    private static final int CALLS = 20;
    private static final String SUBNETS = "10.244";

    @TempDir
    static Path data;

    private static DockerClient engine;
    private static EmbeddedBroker broker;
    private static int port;
    private static GatewayClient client;

    @BeforeAll
    static void start() throws Exception {
        engine = TestEngine.client();
        broker = EmbeddedBroker.start();
        port = freePort();
        client = new GatewayClient("http://127.0.0.1:" + port);
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void leavesNoneBehindAfterItsNextStartAndLosesNoCall() throws Exception {
        int go = freePort();
        Process killed = gateway();
        String label;
        List<String> orphans;
        try {
            String version = apply(TestImages.probe(engine));
            label = "io.talflow.function=boxes@%s/probe".formatted(version);
            for (int call = 0; call < CALLS; call++) {
                Map<String, Object> input = Map.of("do", "wait", "port", (long) go);
                assertThat(client.fire(GatewayClient.firing("boxes", version, "probe", "r/" + call, input)))
                        .containsEntry("accepted", true);
            }
            eventually("all run").until(() -> busy() == CALLS);
            orphans = containers(label);
            assertThat(orphans).hasSize(CALLS);
        } finally {
            killed.destroyForcibly().waitFor();
        }
        assertThat(containers(label)).as("nobody looks after them").containsAll(orphans);

        Process next = gateway();
        try {
            eventually("they run again, in containers of its own").until(() -> busy() == CALLS);
            assertThat(containers(label)).hasSize(CALLS).doesNotContainAnyElementsOf(orphans);
            assertThat(mounts()).as("a directory for each of those").hasSize(CALLS);
            try (ServerSocket told = new ServerSocket()) {
                told.bind(new InetSocketAddress("0.0.0.0", go));
                eventually("each ends").until(() -> outcomes().size() == CALLS);
            }
            assertThat(outcomes()).extracting(TalEvent::id).doesNotHaveDuplicates();
            assertThat(outcomes()).extracting(TalEvent::type).containsOnly(EventTypes.INVOCATION_COMPLETED);
            next.destroy();
            assertThat(next.waitFor(60, TimeUnit.SECONDS))
                    .as("it stops cleanly")
                    .isTrue();
            assertThat(containers(label)).isEmpty();
            assertThat(mounts()).isEmpty();
        } finally {
            next.destroyForcibly();
        }
    }

    private static Process gateway() throws IOException {
        File log = data.resolve("gateway.out").toFile();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        GatewayMain.class.getName(),
                        "--kafka",
                        broker.bootstrap(),
                        "--data",
                        data.resolve("gateway").toString(),
                        "--port",
                        String.valueOf(port),
                        "--containers",
                        String.valueOf(CALLS),
                        "--container-grace-seconds",
                        "1",
                        "--container-subnets",
                        SUBNETS,
                        "--insecure")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        eventually("it serves; see " + log)
                .failFast("it ended", () -> !process.isAlive())
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> client.get("/healthz").status() == 200);
        return process;
    }

    private static String apply(String image) throws Exception {
        return client.apply(
                "boxes",
                Map.of(
                        "workflow.yaml",
                        """
                tal: 1
                workflow: boxes
                functions: {probe: {image: "%s", timeout: 300s, container: {max: %d, memory: 64Mi, prewarm: false}}}
                rules: [{when: started, do: {invoke: probe}}]
                """.formatted(image, CALLS),
                        "run.txt",
                        UUID.randomUUID().toString()));
    }

    private static long busy() throws Exception {
        return ((List<?>) client.get("/v1/containers").json().get("functions"))
                .stream()
                        .mapToLong(function -> (Long) ((Map<?, ?>) function).get("busy"))
                        .sum();
    }

    private static List<String> containers(String label) {
        return engine.listContainersCmd().withShowAll(true).withLabelFilter(List.of(label)).exec().stream()
                .map(com.github.dockerjava.api.model.Container::getId)
                .toList();
    }

    private static String[] mounts() {
        return data.resolve("gateway/mounts").toFile().list();
    }

    private static List<TalEvent> outcomes() {
        return LoggedEvents.all(broker.bootstrap()).stream()
                .filter(event -> event.type().startsWith("io.talflow.invocation."))
                .toList();
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    private static ConditionFactory eventually(String what) {
        return await(what).atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(100));
    }
}
