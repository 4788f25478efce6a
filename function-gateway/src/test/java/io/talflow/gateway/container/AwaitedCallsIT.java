package io.talflow.gateway.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import io.talflow.gateway.exec.Execution;
import io.talflow.gateway.journal.Outcome;
import io.talflow.tal.Json;
import io.talflow.tal.model.Container;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A call that a function which runs in a container waits for")
class AwaitedCallsIT {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    static Path data;

    private static DockerClient engine;
    private static String image;

    @BeforeAll
    static void start() throws Exception {
        engine = TestEngine.client();
        image = TestImages.probe(engine);
    }

    @Test
    void hasAContainerOfItsOwnThoughItsFunctionAndItsNodeMayHaveNoMore() throws Exception {
        Function one = function("one", image);
        Function other = function("other", image);
        int go = freePort();
        try (ContainerNode node = new ContainerNode(data.resolve("full"), 1)) {
            Execution reader = node.start(one, Map.of("do", "wait", "port", (long) go));
            await().atMost(LONG)
                    .until(() -> node.containers().status().stream().anyMatch(status -> status.busy() == 1));
            Execution behind = node.start(one, Map.of("do", "echo", "text", "behind"));
            for (Function producer : new Function[] {one, other}) {
                Execution awaited = node.start(producer, Map.of("do", "echo", "text", "again"), true);
                assertThat(awaited.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Completed.class);
            }
            assertThat(reader.outcome()).as("it waits").isNotDone();
            try (ServerSocket told = new ServerSocket()) {
                told.bind(new InetSocketAddress("0.0.0.0", go));
                assertThat(reader.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Completed.class);
            }
            assertThat(behind.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Completed.class);
            await("what there was too much of is gone")
                    .atMost(LONG)
                    .until(() -> ContainerNode.running(engine, "one").size()
                                    + ContainerNode.running(engine, "other").size()
                            <= 1);
            assertThat(node.result(other, Map.of("do", "echo", "text", "on"))).containsEntry("text", "on");
        }
    }

    @Test
    void failsIfNoneCanBeStartedForIt() throws Exception {
        Function producer = function("gone", "localhost:1/talflow/nowhere:1");
        try (ContainerNode node = new ContainerNode(data.resolve("gone"), 1)) {
            Execution awaited = node.start(producer, Map.of(), true);
            Outcome outcome = awaited.outcome().get(20, TimeUnit.SECONDS);
            assertThat(Json.parseObject(outcome.data())).containsEntry("error", "Function.Environment");
            assertThat(node.status(producer).waiting()).isZero();
        }
    }

    private static Function function(String name, String image) {
        Container container = new Container(
                Container.Contract.HTTP,
                Optional.empty(),
                64 << 20,
                1,
                32,
                Container.Network.RUNTIME,
                0,
                1,
                Duration.ofMinutes(1),
                1,
                true);
        return ContainerNode.function(name, image, container, LONG);
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }
}
