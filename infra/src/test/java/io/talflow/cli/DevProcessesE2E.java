package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.stack.StackFile;
import io.talflow.tal.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("talflow dev --processes")
class DevProcessesE2E {
    private static final long MERGES = 8;

    @TempDir
    Path folder;

    @Test
    void wordCountIsRightThoughGatewayAndTaskManagerAreKilledInTheMiddle() throws Exception {
        Path data = folder.resolve("data");
        Path text = WordCounts.text();
        try (Launcher.Running dev = Launcher.start(
                folder, "dev", "--processes", "--auth", WordCounts.WORKFLOW.toString(), "--data", "data")) {
            StackFile address = await("a stack; %s".formatted(dev.printed()))
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> StackFile.read(data), file -> file.isPresent())
                    .orElseThrow();
            Talflow talflow = new Talflow(address.url(), address.kafka(), address.token());
            assertThatTheWebPageTakesNoJars(data);
            assertThatNoOtherMachineReachesIt(data);
            eventually("word-count is applied").until(() -> dev.printed().contains("applied word-count"));
            Map<String, Object> input =
                    Map.of("path", text.toString(), "all", true, "sliceBytes", 100L, "merges", MERGES);
            String task = talflow.start("word-count", "killed", input);

            eventually("it is in the middle").until(() -> counted(talflow, task) > 50);
            kill(data, "gateway");
            eventually("it is still in the middle").until(() -> counted(talflow, task) > 500);
            kill(data, "taskmanager");
            Map<String, Object> status = talflow.status(task);
            assertThat(status).as("answered by the view while the job restarts").containsEntry("status", "RUNNING");
            assertThat(status.get("asOf")).asString().contains("source=view");

            Map<String, Object> ended = talflow.ended(task);
            assertThat(ended.get("error")).isNull();
            assertThat(((Map<?, ?>) ended.get("output")).get("counts")).isEqualTo(WordCounts.independent(text));
            assertEachFiringCountedOnce(talflow, task);
            dev.interrupt();
            assertThat(dev.result().exitCode()).isEqualTo(130);
        }
        assertThat(pids(data).values())
                .noneMatch(pid ->
                        ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent());
    }

    /** {@link Recorded} refuses a firing that is decided twice or has two outcomes that count. */
    private static void assertEachFiringCountedOnce(Talflow talflow, String task) {
        Recorded recorded = talflow.recorded(task);
        List<Map<String, Object>> invocations = RunCommand.invocations(talflow.api(), task);
        long counts = recorded.rules().stream().filter("count"::equals).count();
        assertThat(counts).isGreaterThan(1_000);
        assertThat(invocations).hasSize((int) (1 + counts + 1 + MERGES + 1));
        Set<Object> firings = new HashSet<>();
        for (Map<String, Object> invocation : invocations) {
            assertThat(firings.add(invocation.get("firing"))).isTrue();
            assertThat(invocation).containsEntry("status", "COMPLETED").containsEntry("attempt", 1L);
        }
        assertThat(recorded.applied()).hasSameSizeAs(invocations);
    }

    /** How many counts are done; 0 while the gateway does not answer. */
    private static long counted(Talflow talflow, String task) {
        try {
            Object nodes = talflow.status(task).get("nodes");
            return nodes instanceof Map<?, ?> all
                            && all.get("count") instanceof Map<?, ?> count
                            && count.get("completed") instanceof Long completed
                    ? completed
                    : 0;
        } catch (CommandFailed e) {
            return 0;
        }
    }

    private static void assertThatNoOtherMachineReachesIt(Path data) throws IOException {
        if (ListeningSockets.canBeSeen()) {
            for (Map.Entry<String, Long> process : pids(data).entrySet()) {
                assertThat(ListeningSockets.of(process.getValue()))
                        .as(process.getKey())
                        .isNotEmpty()
                        .allMatch(ListeningSockets.Listening::onlyHere);
            }
        }
    }

    /** Whoever may upload a jar may run code. */
    private static void assertThatTheWebPageTakesNoJars(Path data) throws Exception {
        String port = Files.readString(data.resolve("flink/conf/config.yaml"))
                .replaceAll("(?s).*\\nrest.port: (\\d+)\\n.*", "$1");
        HttpClient http = HttpClient.newHttpClient();
        URI rest = URI.create("http://127.0.0.1:" + port);
        assertThat(status(http, rest.resolve("/overview"))).isEqualTo(200);
        assertThat(status(http, rest.resolve("/jars"))).isEqualTo(404);
    }

    private static int status(HttpClient http, URI address) throws Exception {
        return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private static void kill(Path data, String name) throws IOException, InterruptedException {
        Launcher.signal("KILL", pids(data).get(name));
    }

    private static Map<String, Long> pids(Path data) throws IOException {
        Map<String, Long> pids = new TreeMap<>();
        Json.parseObject(Files.readAllBytes(data.resolve("processes.json")))
                .forEach((name, pid) -> pids.put(name, (Long) pid));
        return pids;
    }

    private static ConditionFactory eventually(String what) {
        return await(what).atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(20));
    }
}
