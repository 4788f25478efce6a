package io.talflow.gateway.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import io.talflow.gateway.ContainerOptions;
import io.talflow.gateway.exec.Execution;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.log.LogQuery;
import io.talflow.tal.model.Container;
import io.talflow.tal.model.Function;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Image functions in a real engine")
class ContainersIT {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    static Path data;

    private static DockerClient engine;
    private static String image;
    private static ContainerNode node;

    @BeforeAll
    static void start() throws Exception {
        engine = TestEngine.client();
        image = TestImages.probe(engine);
        node = new ContainerNode(data.resolve("node"), 8);
    }

    @AfterAll
    static void stop() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void startsAContainerForTheFirstCallAndKeepsItForTheNext() throws Exception {
        Function function = function("keeps", container(0, 1, 1));
        Map<String, Object> first = node.result(function, Map.of("do", "echo", "text", "one"));
        Map<String, Object> second = node.result(function, Map.of("do", "echo", "text", "two"));
        assertThat(first).containsEntry("text", "one").containsEntry("calls", 1L);
        assertThat(second)
                .containsEntry("text", "two")
                .containsEntry("calls", 2L)
                .containsEntry("boot", first.get("boot"));
        assertThat(first.get("headers"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("ce-id", "w/t@0/keeps/" + lastPart(first))
                .containsEntry("ce-specversion", "1.0")
                .containsEntry("X-Talflow-Token", "token");
        assertThat(node.status(function).cold()).isEqualTo(1);
        assertThat(node.status(function).warm()).isEqualTo(1);
    }

    private static String lastPart(Map<String, Object> result) {
        String id = String.valueOf(((Map<?, ?>) result.get("headers")).get("Idempotency-Key"));
        return id.substring(id.lastIndexOf('/') + 1) + "/1";
    }

    @Test
    void keepsWhatEachCallPrintedByItsFiring() throws Exception {
        Function function = function("prints", container(0, 1, 1));
        node.result(function, Map.of("do", "echo", "text", "red"));
        await().atMost(LONG).until(() -> node.printed(function).contains("red"));
        node.result(function, Map.of("do", "echo", "text", "blue"));
        await().atMost(LONG).until(() -> node.printed(function).contains("blue"));
        assertThat(node.logs().of(new LogQuery("w/t", "prints", "")))
                .extracting(entry -> entry.text())
                .containsExactly("probe starts\necho red\n", "echo blue\n");
    }

    @Test
    void startsAsManyContainersAsCallsWaitUpToItsMaximum() throws Exception {
        Function function = function("scales", container(0, 3, 1));
        List<Execution> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            calls.add(node.start(function, Map.of("do", "sleep", "seconds", 0.2)));
        }
        for (Execution call : calls) {
            assertThat(call.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Completed.class);
        }
        assertThat(ContainerNode.running(engine, "scales")).hasSize(3);
        assertThat(node.status(function).cold() + node.status(function).warm()).isEqualTo(6);
    }

    @Test
    void sendsAContainerAsManyCallsAtOnceAsItTakes() throws Exception {
        Function function = function("shares", container(0, 1, 4));
        List<Execution> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            calls.add(node.start(function, Map.of("do", "sleep", "seconds", 60)));
        }
        await().atMost(LONG).until(() -> node.status(function).cold() == 4);
        assertThat(calls).noneMatch(call -> call.outcome().isDone());
        assertThat(ContainerNode.running(engine, "shares")).hasSize(1);
        calls.forEach(call -> call.cancel().run());
    }

    @Test
    void aCallThatWaitsForAStartTakesAWarmContainerThatIsFreeBefore() throws Exception {
        Function function = function("overtakes", container(0, 2, 1));
        node.result(function, Map.of("do", "echo", "text", "warm"));
        Execution busy = node.start(function, Map.of("do", "sleep", "seconds", 0.05));
        Execution next = node.start(function, Map.of("do", "echo", "text", "next"));
        next.outcome().get(20, TimeUnit.SECONDS);
        busy.outcome().get(20, TimeUnit.SECONDS);
        assertThat(node.status(function).cold() + node.status(function).warm()).isEqualTo(3);
        await().atMost(LONG).until(() -> node.status(function).starting() == 0);
        Execution warm = node.start(function, Map.of("do", "echo", "text", "again"));
        warm.outcome().get(20, TimeUnit.SECONDS);
        assertThat(node.status(function).warm()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void goesDownToNothingWhenThereIsNothingToDo() throws Exception {
        Function function = function(
                "idles",
                new Container(
                        Container.Contract.HTTP,
                        Optional.empty(),
                        64 << 20,
                        1,
                        32,
                        Container.Network.RUNTIME,
                        0,
                        2,
                        Duration.ofMillis(300),
                        1,
                        true));
        node.result(function, Map.of("do", "echo", "text", "a"));
        await().atMost(LONG).until(() -> ContainerNode.running(engine, "idles").isEmpty());
        await().atMost(LONG)
                .until(() -> engine.listNetworksCmd().exec().stream()
                        .noneMatch(network ->
                                String.valueOf(network.getLabels()).contains(ContainerNode.VERSION + "/idles")));
        assertThat(node.result(function, Map.of("do", "echo", "text", "b"))).containsEntry("calls", 1L);
        assertThat(node.status(function).cold()).isEqualTo(2);
    }

    @Test
    void makesRoomForAnotherFunctionWhenAllPlacesAreTaken() throws Exception {
        Function first = function("gives", container(0, 4, 1));
        Function second = function("takes", container(0, 4, 1));
        try (ContainerNode small = new ContainerNode(data.resolve("small"), 1)) {
            small.result(first, Map.of("do", "echo", "text", "a"));
            assertThat(small.result(second, Map.of("do", "echo", "text", "b"))).containsEntry("text", "b");
            await().atMost(LONG)
                    .until(() -> ContainerNode.running(engine, "gives").isEmpty());
        }
        assertThat(ContainerNode.running(engine, "takes")).as("closed").isEmpty();
    }

    @Test
    void runsOthersWhileFunctionsHangInAllPlaces() throws Exception {
        try (ContainerNode small = new ContainerNode(data.resolve("held"), 2)) {
            List<Execution> held = new ArrayList<>();
            for (String hangs : List.of("hangs-on", "hangs-too")) {
                for (int i = 0; i < 3; i++) {
                    held.add(small.start(function(hangs, container(0, 4, 1)), Map.of("do", "sleep", "seconds", 1000)));
                }
            }
            Function other = function("goes-on", container(0, 4, 1));
            for (int i = 0; i < 3; i++) {
                assertThat(small.result(other, Map.of("do", "echo", "text", "a")))
                        .containsEntry("calls", (long) i + 1);
            }
            assertThat(held).noneMatch(call -> call.outcome().isDone());
            held.forEach(call -> call.cancel().run());
        }
    }

    @Test
    void aTimeoutKillsTheContainerEvenIfItIgnoresSigterm() throws Exception {
        Function function = ContainerNode.function("hangs", image, container(0, 1, 1), Duration.ofMillis(300));
        assertThat(node.failure(function, Map.of("do", "ignore"))).containsEntry("error", "Timeout");
        assertThat(ContainerNode.running(engine, "hangs"))
                .as("when it is told, so that no attempt begins beside it")
                .isEmpty();
    }

    @Test
    void aCancelledCallEndsItsContainer() throws Exception {
        Function function = function("cancelled", container(0, 1, 1));
        Execution call = node.start(function, Map.of("do", "sleep", "seconds", 60));
        await().atMost(LONG).until(() -> node.printed(function).contains("sleeping"));
        call.cancel().run();
        assertThat(call.outcome().get(30, TimeUnit.SECONDS)).isInstanceOf(Outcome.Failed.class);
        assertThat(ContainerNode.running(engine, "cancelled")).isEmpty();
    }

    @Test
    void tellsACrashWithExitCodeAndLastLines() throws Exception {
        Function function = function("crashes", container(0, 1, 1));
        Map<String, Object> failure = node.failure(function, Map.of("do", "exit", "code", 7));
        assertThat(failure).containsEntry("error", "Function.Crashed");
        assertThat(String.valueOf(failure.get("message"))).contains("exited with code 7");
        assertThat(String.valueOf(failure.get("trace"))).contains("about to go");
        assertThat(node.result(function, Map.of("do", "echo", "text", "on"))).containsEntry("calls", 1L);
    }

    @Test
    void aContainerThatEndedWhileIdleIsReplacedWithoutAFailure() throws Exception {
        Function function = function("dies", container(0, 1, 1));
        node.result(function, Map.of("do", "echo", "text", "a"));
        engine.killContainerCmd(ContainerNode.running(engine, "dies").get(0)).exec();
        assertThat(node.result(function, Map.of("do", "echo", "text", "b"))).containsEntry("calls", 1L);
    }

    @Test
    void saysThatAnImageIsNowhere() throws Exception {
        Function function =
                ContainerNode.function("missing", "localhost:1/talflow/nowhere:1", container(0, 1, 1), LONG);
        Map<String, Object> failure = node.failure(function, Map.of());
        assertThat(failure).containsEntry("error", "Function.Environment");
        assertThat(String.valueOf(failure.get("message")))
                .contains("image localhost:1/talflow/nowhere:1 is not on this machine and cannot be pulled");
    }

    @Test
    void pullsNoImageFromWhereTheOperatorHasNotAllowed() throws Exception {
        ContainerOptions options = new ContainerOptions(
                        TestEngine.socket().toString(), 1, Duration.ofSeconds(1), "10.223")
                .withImages(ImageSources.parse("docker.io/library"));
        try (ContainerNode strict = new ContainerNode(data.resolve("strict"), options)) {
            Function elsewhere = ContainerNode.function(
                    "elsewhere", "registry.invalid/docker.io/library/x", container(0, 1, 1), LONG);
            assertThat(strict.failure(elsewhere, Map.of()))
                    .containsEntry("error", "Image.NotAllowed")
                    .containsEntry("retryable", false);
            assertThat(strict.result(function("present", container(0, 1, 1)), Map.of("do", "echo", "text", "a")))
                    .as("its image is on the machine")
                    .containsEntry("text", "a");
        }
    }

    @Test
    void saysWhatAContainerPrintedThatDidNotStart() throws Exception {
        String broken = TestImages.python(engine, "broken", Map.of(), "-c", "import sys; print('no'); sys.exit(3)");
        Function function = ContainerNode.function("broken", broken, container(0, 1, 1), LONG);
        Map<String, Object> failure = node.failure(function, Map.of());
        assertThat(failure).containsEntry("error", "Function.Environment").containsEntry("trace", "no\n");
        assertThat(String.valueOf(failure.get("message"))).contains("ended with exit code 3 before it listened");
    }

    @Test
    void withoutAnEngineItSaysSoAndRunsNothing() throws Exception {
        try (ContainerNode none =
                new ContainerNode(data.resolve("none"), new ContainerOptions("none", 1, LONG, "10.9"))) {
            Map<String, Object> failure = none.failure(function("nowhere", Container.DEFAULT), Map.of());
            assertThat(failure).containsEntry("error", "Function.Environment");
            assertThat(String.valueOf(failure.get("message"))).contains("this node has no container engine");
        }
    }

    @Test
    void makesAContainerThatIsShownNoValuesWhereTheEngineHasNotThisMachinesFiles() throws Exception {
        Path nowhere = Path.of("/etc/hostname/values");
        try (Engine own = Engine.connect(TestEngine.socket(), ImageSources.NOWHERE)) {
            Engine.Spec spec = new Engine.Spec(
                    image,
                    container(0, 1, 1),
                    "none",
                    Optional.of(nowhere),
                    Map.of("talflow.test", "files"),
                    List.of());
            String id = spec.shownOrStreamed(own::create);
            assertThat(own.labelled("talflow.test", "files")).contains(id);
            own.remove(id);
        }
    }

    @Test
    void removesWhatAGatewayOnThisDirectoryLeftBehind() throws Exception {
        Path directory = data.resolve("killed");
        Function function = function("orphaned", container(0, 2, 1));
        ContainerNode killed = new ContainerNode(directory, 4);
        killed.result(function, Map.of("do", "echo", "text", "a"));
        assertThat(ContainerNode.running(engine, "orphaned")).hasSize(1);
        String orphan = ContainerNode.running(engine, "orphaned").get(0);
        try (ContainerNode next = new ContainerNode(directory, 4)) {
            assertThat(next.result(function, Map.of("do", "echo", "text", "b"))).containsEntry("calls", 1L);
            assertThat(ContainerNode.running(engine, "orphaned")).hasSize(1).doesNotContain(orphan);
        }
        killed.close();
    }

    private static Function function(String name, Container container) {
        return ContainerNode.function(name, image, container, LONG);
    }

    private static Container container(int min, int max, int concurrency) {
        return new Container(
                Container.Contract.HTTP,
                Optional.empty(),
                64 << 20,
                1,
                32,
                Container.Network.RUNTIME,
                min,
                max,
                Duration.ofMinutes(1),
                concurrency,
                true);
    }
}
