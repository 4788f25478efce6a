package io.talflow.gateway.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import io.talflow.tal.model.Container;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Functions written for other platforms, unchanged in a container")
class ForeignFunctionsIT {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    static Path data;

    private static DockerClient engine;
    private static ContainerNode node;

    @BeforeAll
    static void start() throws Exception {
        engine = TestEngine.client();
        Path bundle = data.resolve("node").resolve("bundles").resolve(ContainerNode.VERSION);
        Files.createDirectories(bundle.resolve("lib"));
        Files.write(bundle.resolve("lib/greet.py"), resource("openwhisk_action.py"));
        Files.writeString(bundle.resolve("lib/broken.py"), "def other(args): pass\n");
        node = new ContainerNode(data.resolve("node"), 4);
    }

    @AfterAll
    static void stop() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void anOpenWhiskActionIsInitialisedOnceAndRunForEachCall() throws Exception {
        Function greet = openWhisk("greet", "lib/greet.py");
        assertThat(node.result(greet, Map.of("name", "Ada")))
                .containsEntry("greeting", "Hello, Ada!")
                .containsEntry("activation", "w/t@0/greet/" + (node.fired() - 1));
        assertThat(node.result(greet, Map.of("name", "Bob"))).containsEntry("greeting", "Hello, Bob!");
        assertThat(ContainerNode.running(engine, "greet")).hasSize(1);
        await().atMost(LONG).until(() -> node.printed(greet).contains("greeting Bob"));
        assertThat(node.printed(greet)).as("without the runtime's markers").doesNotContain("XXX_THE_END");
    }

    @Test
    void anErrorInAnOpenWhiskActionsResultIsItsFailure() throws Exception {
        Map<String, Object> failure = node.failure(openWhisk("errs", "lib/greet.py"), Map.of("name", "nobody"));
        assertThat(failure)
                .containsEntry("error", "Function.Error")
                .containsEntry("message", "nobody to greet")
                .containsEntry("retryable", false);
    }

    @Test
    void anOpenWhiskActionThatBreaksFailsAndItsContainerIsReplaced() throws Exception {
        Function breaks = openWhisk("breaks", "lib/greet.py");
        Map<String, Object> failure = node.failure(breaks, Map.of("name", "trouble"));
        assertThat(failure).containsEntry("error", "Function.Error").containsEntry("retryable", true);
        assertThat(String.valueOf(failure.get("message"))).contains("ValueError: no greeting for trouble");
        assertThat(node.result(breaks, Map.of("name", "Eve"))).containsEntry("greeting", "Hello, Eve!");
        assertThat(node.status(breaks).cold()).isEqualTo(2);
    }

    @Test
    void anOpenWhiskActionThatCannotBeInitialisedSaysWhy() throws Exception {
        Map<String, Object> failure = node.failure(openWhisk("uninitialised", "lib/broken.py"), Map.of());
        assertThat(failure).containsEntry("error", "Function.Environment");
        assertThat(String.valueOf(failure.get("message")))
                .contains("answered 502 to /init")
                .contains("main");
    }

    @Test
    void anOpenFaasFunctionBehindItsWatchdogIsCalledAndItsBusyAnswerIsHonoured() throws Exception {
        Function function = http("faas", "openfaas_http.py");
        assertThat(node.result(function, Map.of("n", 1L)))
                .containsEntry("method", "POST")
                .containsEntry("id", "w/t@0/faas/" + (node.fired() - 1) + "/1");
        assertThat(node.failure(function, Map.of("busy", true)))
                .containsEntry("error", "Http.429")
                .containsEntry("retryable", true)
                .containsEntry("retryAfterMs", 2_000L);
    }

    @Test
    void aKnativeFunctionTakesACloudEventAndAnswersWithOne() throws Exception {
        assertThat(node.result(http("priced", "knative_cloudevents.py"), Map.of("count", 3L)))
                .isEqualTo(
                        Map.of("type", "io.talflow.invocation.requested.v1", "source", "/talflow/w/t", "total", 42L));
    }

    private static Function openWhisk(String name, String code) throws Exception {
        String image = TestImages.python(
                engine, "openwhisk", Map.of("runtime.py", resource("openwhisk_runtime.py")), "runtime.py");
        return ContainerNode.function(name, image, container(Container.Contract.OPENWHISK, Optional.of(code)), LONG);
    }

    private static Function http(String name, String program) throws Exception {
        String image = TestImages.python(engine, name, Map.of("function.py", resource(program)), "function.py");
        return ContainerNode.function(name, image, container(Container.Contract.HTTP, Optional.empty()), LONG);
    }

    private static Container container(Container.Contract contract, Optional<String> code) {
        Container usual = Container.DEFAULT;
        return new Container(
                contract,
                code,
                64 << 20,
                usual.cpus(),
                usual.pids(),
                usual.network(),
                usual.min(),
                1,
                usual.idle(),
                usual.concurrency(),
                true);
    }

    private static byte[] resource(String name) throws IOException {
        return ForeignFunctionsIT.class
                .getResourceAsStream("/container/" + name)
                .readAllBytes();
    }
}
