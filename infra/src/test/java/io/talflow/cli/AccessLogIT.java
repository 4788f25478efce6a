package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.container.EngineAddress;
import io.talflow.tal.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A workflow with functions in Python, Node.js and Java")
@ExtendWith(SharedStack.class)
class AccessLogIT {
    private static final Path FOLDER =
            Path.of("../datasets/access-log").toAbsolutePath().normalize();
    private static final Pattern LINE = Pattern.compile("\\S+ - - \\[.*\\] \"GET (\\S+) HTTP/1.1\" (\\d+) (\\S+)");

    @Test
    void agreesWithAnIndependentCountOfTheLog(Talflow talflow) throws Exception {
        String task = counts(talflow, FOLDER.resolve("access.log"), "small", 25);
        assertThat(talflow.command("logs", task, "parse").out()).contains("unreadable: -- log rotated --");
        assertThat(talflow.command("logs", task, "summarize").out()).contains("9 pages in 198 lines");
    }

    @Test
    void handsLargeValuesFromNodeJsToJavaByReference(Talflow talflow, @TempDir Path folder) throws Exception {
        List<String> lines = new ArrayList<>(Files.readAllLines(FOLDER.resolve("access.log")));
        for (int i = 0; i < 8_000; i++) {
            lines.add("nothing that a server would say, number %d".formatted(i));
        }
        String task = counts(talflow, Files.write(folder.resolve("log"), lines), "large", 5_000);
        assertThat(talflow.command("explain", "--data", task).out()).containsPattern("rejected +\\d{6} .* local ");
    }

    private static String counts(Talflow talflow, Path log, String key, long slice) throws IOException {
        WorkflowFile.load(FOLDER.resolve("workflow.yaml"), new PrintWriter(new StringWriter()))
                .apply(talflow.api(), 1);
        String task = talflow.start("access-log", key, Map.of("path", log.toString(), "lines", slice, "top", 2L));
        Map<String, Object> ended = talflow.ended(task);
        assertThat(ended).as("%s", ended).containsEntry("status", "COMPLETED");
        assertThat(ended.get("output")).isEqualTo(independent(log));
        return task;
    }

    @Test
    void startsItsContainersWithTheTaskSoThatALaterFunctionFindsOne(Talflow talflow, @TempDir Path folder)
            throws Exception {
        Files.writeString(folder.resolve("hold.py"), """
                import os, time

                def handler(ctx, input):
                    while not os.path.exists(input["go"]):
                        time.sleep(0.02)
                """);
        talflow.apply(folder, """
                tal: 1
                workflow: warmed
                functions:
                  hold: {python: hold.py, timeout: 120s}
                  later: {image: "localhost/talflow/access-log-parse:1"}
                rules:
                  - {when: started, do: {invoke: hold, with: "${ input }"}}
                  - {when: {completed: hold}, do: {invoke: later, with: {lines: []}}}
                  - {when: {completed: later}, do: {complete: 1}}
                """);
        Path go = folder.resolve("go");
        String task = talflow.start("warmed", "t", Map.of("go", go.toString()));
        await().atMost(Duration.ofSeconds(60)).until(() -> containers(talflow).contains("\"idle\":1"));
        Files.createFile(go);

        Map<String, Object> ended = talflow.ended(task);
        assertThat(ended).as("%s", ended).containsEntry("status", "COMPLETED");
        assertThat(starts(talflow, task, "later")).containsExactly("warm");
        assertThat(starts(talflow, task, "hold")).containsExactly("null");
    }

    @Test
    void tellsWhichCallsWaitedForAContainer(Talflow talflow, @TempDir Path folder) throws Exception {
        talflow.apply(folder, """
                tal: 1
                workflow: unwarmed
                functions:
                  first: {image: "localhost/talflow/access-log-parse:1", container: {prewarm: false, max: 1}}
                rules:
                  - {when: started, do: {invoke: first, with: {lines: []}, as: one}}
                  - {when: {completed: one}, do: {invoke: first, with: {lines: []}, as: two}}
                  - {when: {completed: two}, do: {complete: 1}}
                """);
        String task = talflow.start("unwarmed", "t", Map.of());
        assertThat(talflow.ended(task)).containsEntry("status", "COMPLETED");
        assertThat(starts(talflow, task, "one")).containsExactly("cold");
        assertThat(starts(talflow, task, "two")).containsExactly("warm");
    }

    private static List<String> starts(Talflow talflow, String task, String node) {
        return RunCommand.invocations(talflow.api(), task).stream()
                .filter(invocation -> node.equals(invocation.get("node")))
                .map(invocation -> String.valueOf(invocation.get("start")))
                .toList();
    }

    /** What the node says of its containers of the workflow. */
    private static String containers(Talflow talflow) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(talflow.url() + "/v1/containers"))
                .build();
        String all = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body();
        return Output.rows(Json.parse(all), "functions").stream()
                .filter(function -> "warmed".equals(function.get("workflow")))
                .map(Json::text)
                .collect(Collectors.joining());
    }

    @BeforeAll
    static void buildImages() throws IOException, InterruptedException {
        boolean both = Stream.of("TALFLOW_CONTAINERS_REQUIRED", "TALFLOW_NODE_REQUIRED")
                .allMatch(name -> "1".equals(System.getenv(name)));
        boolean engine = EngineAddress.find("auto", System.getenv()).isPresent();
        boolean node = Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "node")));
        String reason = "it needs a container engine and node: ./talflow test --setup installs both";
        assertThat(engine && node || !both).as(reason).isTrue();
        Assumptions.assumeTrue(engine && node, reason);
        Process build = new ProcessBuilder(FOLDER.resolve("images.sh").toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(build.waitFor()).as(printed).isZero();
    }

    private static Map<String, Object> independent(Path log) throws IOException {
        Map<String, Long> totals = new TreeMap<>(Map.of("lines", 0L, "unreadable", 0L, "bytes", 0L));
        Map<String, Long> statuses = new TreeMap<>();
        Map<String, Long> pages = new TreeMap<>();
        for (String line : Files.readAllLines(log)) {
            Matcher matcher = LINE.matcher(line);
            totals.merge(matcher.matches() ? "lines" : "unreadable", 1L, Long::sum);
            if (matcher.matches()) {
                pages.merge(matcher.group(1), 1L, Long::sum);
                statuses.merge(matcher.group(2), 1L, Long::sum);
                totals.merge("bytes", matcher.group(3).equals("-") ? 0 : Long.parseLong(matcher.group(3)), Long::sum);
            }
        }
        List<Map<String, Object>> top = pages.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(2)
                .map(page -> Map.<String, Object>of("page", page.getKey(), "hits", page.getValue()))
                .toList();
        return Map.of("totals", Map.of("totals", totals, "statuses", statuses), "pages", top);
    }
}
