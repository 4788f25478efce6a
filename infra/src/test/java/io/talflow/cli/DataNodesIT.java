package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.Gateway;
import io.talflow.gateway.GatewayOptions;
import io.talflow.tal.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A value that is put on one node and read on two")
@ExtendWith(SharedStack.class)
class DataNodesIT {
    private static final int BYTES = 1_000_000;
    private static final int READERS = 6;

    private static final String FUNCTIONS = """
            import hashlib

            def make(ctx, input):
                return {"film": ctx.put("film", bytes(i * 7 % 256 for i in range(input["bytes"])), "video/mp4")}

            def read(ctx, input):
                content = ctx.get(input["film"]).read()
                return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            """;

    private static final String WORKFLOW = """
            tal: 1
            workflow: watched
            functions:
              make: {python: "functions.py:make"}
              read: {python: "functions.py:read"}
            rules:
              - {when: started, do: {invoke: make, with: "${ input }"}}
              - when: {completed: make}
                do: [READS]
              - {when: {all: [ENDS]}, do: {complete: "${ values }"}}
            """;

    @TempDir
    Path folder;

    @Test
    void goesFromNodeToNodeByReferenceAndExplainSaysHow(Talflow talflow) throws Exception {
        Files.writeString(folder.resolve("functions.py"), FUNCTIONS, StandardCharsets.UTF_8);
        talflow.apply(folder, workflow());
        GatewayOptions options = GatewayOptions.of(talflow.kafka(), folder.resolve("second"))
                .withNodeId("second")
                .withControl(talflow.url());
        try (Gateway second = Gateway.start(options)) {
            await("both nodes take firings")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> Output.rows(talflow.api().nodes(), "nodes").stream()
                            .anyMatch(node -> "second".equals(node.get("node")) && "UP".equals(node.get("state"))));
            String task = onBothNodes(talflow);
            Map<String, Object> explained = talflow.command("explain", "--data", task, "--output", "json")
                    .json();
            Map<String, Object> put = Output.rows(explained, "values").get(0);
            assertThat(put).containsEntry("name", "film").containsEntry("bytes", (long) BYTES);
            assertThat(Output.rows(explained, "reads")).hasSize(READERS).allSatisfy(read -> {
                assertThat(read).containsEntry("id", put.get("id")).containsEntry("bytes", (long) BYTES);
                assertThat((Long) read.get("micros")).isPositive();
            });
            List<Map<String, Object>> elsewhere = Output.rows(explained, "reads").stream()
                    .filter(read -> !read.get("node").equals(put.get("node")))
                    .toList();
            assertThat(elsewhere)
                    .filteredOn(read -> "direct".equals(read.get("way")))
                    .as("one brings it there, the others find it, of %s", elsewhere)
                    .singleElement()
                    .satisfies(read -> assertThat(read)
                            .containsEntry("from", put.get("node"))
                            .containsEntry("why", "only node %s has it".formatted(put.get("node"))));
            assertThat(talflow.command("explain", "--data", task).out())
                    .containsPattern("film +%d +.* at %s .* direct +file +[0-9.]+ ms +only node %s has it"
                            .formatted(BYTES, put.get("node"), put.get("node")));
            assertThat(Json.text(talflow.api().ofTask(task, "/events")))
                    .as("the log has the reference alone")
                    .contains("/v1/runtime/data/%s/%s".formatted(put.get("node"), put.get("id")))
                    .doesNotContain("base64")
                    .hasSizeLessThan(BYTES / 10);
        }
    }

    @Test
    void isFreedWhenItsLastReaderHasEndedThoughTheTaskRuns(Talflow talflow) throws Exception {
        Files.writeString(folder.resolve("functions.py"), FUNCTIONS, StandardCharsets.UTF_8);
        talflow.apply(folder, """
                tal: 1
                workflow: freed
                events: {go: {type: com.example.go}, stop: {type: com.example.stop}}
                functions:
                  make: {python: "functions.py:make"}
                  read: {python: "functions.py:read"}
                rules:
                  - {when: started, do: [{invoke: make, as: once, with: "${ input }"}, {invoke: make, as: twice, with: "${ input }"}]}
                  - {when: {completed: once}, do: {invoke: read, as: read-once, with: "${ event.data }"}}
                  - when: {all: [{completed: twice, as: made}, {event: go}]}
                    do: {invoke: read, as: read-twice, with: "${ made.data }"}
                  - {when: {all: [{completed: read-twice}, {event: stop}]}, do: {complete: "${ results['read-twice'].bytes }"}}
                """);
        String task = talflow.start("freed", "long", Map.of("bytes", (long) BYTES));
        await("the value that was read is freed, the other waits for its reader")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(held(talflow, task))
                        .containsExactlyInAnyOrderEntriesOf(Map.of("once", false, "twice", true)));
        talflow.command("send", task, "--type", "com.example.go");
        await("the other, too")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(held(talflow, task))
                        .containsExactlyInAnyOrderEntriesOf(Map.of("once", false, "twice", false)));
        talflow.command("send", task, "--type", "com.example.stop");
        assertThat(talflow.ended(task)).containsEntry("output", (long) BYTES);
        assertThat(talflow.command("replay", task).out()).contains("all as recorded; COMPLETED");
    }

    /** Whether values are held, by the node of the workflow that put them. */
    private static Map<String, Boolean> held(Talflow talflow, String task) {
        Map<Object, String> nodes = new HashMap<>();
        RunCommand.invocations(talflow.api(), task)
                .forEach(invocation -> nodes.put(invocation.get("firing"), String.valueOf(invocation.get("node"))));
        Map<String, Boolean> held = new HashMap<>();
        Output.rows(talflow.api().data(task), "values")
                .forEach(value -> held.put(nodes.get(value.get("firing")), (Boolean) value.get("held")));
        return held;
    }

    /** A task whose readers are not all where its value was put; which node a firing goes to is a hash's word. */
    private static String onBothNodes(Talflow talflow) throws Exception {
        byte[] content = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            content[i] = (byte) (i * 7);
        }
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        for (int tries = 0; tries < 10; tries++) {
            String task = talflow.start("watched", "try-" + tries, Map.of("bytes", (long) BYTES));
            Map<String, Object> ended = talflow.ended(task);
            assertThat(ended).as("%s", ended).containsEntry("status", "COMPLETED");
            assertThat(ended.get("output"))
                    .isEqualTo(Collections.nCopies(READERS, Map.of("bytes", (long) BYTES, "sha256", sha256)));
            Map<String, Object> data = talflow.api().data(task);
            Object node = Output.rows(data, "values").get(0).get("node");
            if (Output.rows(data, "reads").stream()
                    .anyMatch(read -> !read.get("node").equals(node))) {
                return task;
            }
        }
        throw new AssertionError("all readers of ten tasks went where the value was");
    }

    private static String workflow() {
        StringBuilder reads = new StringBuilder();
        StringBuilder ends = new StringBuilder();
        for (int reader = 0; reader < READERS; reader++) {
            String comma = reader == 0 ? "" : ", ";
            reads.append(comma).append("{invoke: read, as: read-%d, with: \"${ event.data }\"}".formatted(reader));
            ends.append(comma).append("{completed: read-%d}".formatted(reader));
        }
        return WORKFLOW.replace("READS", reads).replace("ENDS", ends);
    }
}
