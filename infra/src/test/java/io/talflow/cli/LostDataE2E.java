package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A value whose node is killed before it is read")
@ExtendWith(SharedStack.class)
class LostDataE2E {
    private static final String NODE = "keeper";
    private static final long BYTES = 300_000;

    private static final String FUNCTIONS = """
            from talflow import DataRefused

            def make(ctx, input):
                with open(input["calls"], "a") as calls:
                    calls.write("%d\\n" % ctx.attempt)
                ctx.ready("begun", {"attempt": 1})
                fill = ctx.attempt if input["varies"] else 7
                return {"film": ctx.put("film", bytes([fill]) * 300000, "video/mp4")}

            def read(ctx, input):
                try:
                    content = ctx.get(input["film"]).read()
                    return {"bytes": len(content), "right": content == bytes([7]) * 300000}
                except DataRefused as refused:
                    return {"code": refused.code, "detail": refused.detail, "crc32c": input["film"]["$data"]["crc32c"]}
            """;

    private static final String WORKFLOW = """
            tal: 1
            workflow: remade
            events: {go: {type: com.example.go}}
            functions:
              make: {python: "functions.py:make", emits: {begun: value}}
              read: {python: "functions.py:read"}
            rules:
              - {when: started, do: {invoke: make, with: "${ input }"}}
              - when: {all: [{completed: make, as: made}, {event: go}]}
                do: {invoke: read, with: "${ made.data }"}
              - {when: {completed: read}, do: {complete: "${ event.data }"}}
            """;

    @TempDir
    Path folder;

    @Test
    void isPutAgainByItsFunctionIfThatPutsTheSame(Talflow talflow) throws Exception {
        Files.writeString(folder.resolve("functions.py"), FUNCTIONS, StandardCharsets.UTF_8);
        talflow.apply(folder, WORKFLOW);
        String same;
        String other;
        try (NodeProcess node = NodeProcess.start(talflow, folder.resolve(NODE), NODE, List.of())) {
            same = madeOnTheNode(talflow, "same", false);
            other = madeOnTheNode(talflow, "other", true);
            node.signal("KILL");
            eventually("it is not heard any more")
                    .until(() -> "SILENT".equals(node.reported().get("state")));
        }
        for (String task : List.of(same, other)) {
            talflow.command("send", task, "--type", "com.example.go");
        }
        assertThat(talflow.ended(same))
                .containsEntry("status", "COMPLETED")
                .containsEntry("output", Map.of("bytes", BYTES, "right", true));
        assertThat(Files.readString(calls(same))).as("attempts").isEqualTo("1\n2\n");
        assertThat(said(talflow, same))
                .as("nothing is taken of the attempt that was made for its data")
                .isEqualTo(Map.of("io.talflow.data.ready.v1", 1, "io.talflow.invocation.completed.v1", 1));
        assertThat(Output.rows(talflow.api().data(same), "reads"))
                .singleElement()
                .satisfies(read -> assertThat(read)
                        .containsEntry("way", "again")
                        .extractingByKey("why")
                        .asString()
                        .contains("no address of node " + NODE + " is known", "so its function put it again"));
        assertThat(talflow.command("replay", same).out()).contains("all as recorded; COMPLETED");

        Map<String, Object> refused = new LinkedHashMap<>();
        ((Map<?, ?>) talflow.ended(other).get("output")).forEach((name, value) -> refused.put((String) name, value));
        assertThat(refused).as("of %s", other).containsEntry("code", "gateway/data-not-repeatable");
        assertThat(String.valueOf(refused.get("detail")))
                .contains("value film of " + other, "%d bytes with checksum %s".formatted(BYTES, refused.get("crc32c")))
                .containsPattern("called again as attempt 2, put 300000 bytes with checksum [0-9a-f]{8}")
                .contains("replicate=True");
        assertThat(said(talflow, other)).containsEntry("io.talflow.invocation.completed.v1", 1);
    }

    /** A task whose value is on the node that is to be killed; which one makes it is a hash's word. */
    private String madeOnTheNode(Talflow talflow, String key, boolean varies) {
        String[] task = new String[1];
        int[] tries = new int[1];
        eventually("a value is made on " + NODE).until(() -> {
            String name = key + "-" + tries[0]++;
            Map<String, Object> input =
                    Map.of("varies", varies, "calls", calls("remade/" + name).toString());
            task[0] = talflow.start("remade", name, input);
            eventually("its value is there")
                    .until(() -> RunCommand.invocations(talflow.api(), task[0]).stream()
                            .anyMatch(invocation -> "COMPLETED".equals(invocation.get("status"))));
            return NODE.equals(
                    Output.rows(talflow.api().data(task[0]), "values").get(0).get("node"));
        });
        return task[0];
    }

    private Path calls(String task) {
        return folder.resolve(task.replace('/', '-') + ".calls");
    }

    /** How often each type of event of the function that made the value is in the log. */
    private static Map<String, Integer> said(Talflow talflow, String task) {
        Map<String, Integer> said = new LinkedHashMap<>();
        for (Map<String, Object> event : Output.rows(talflow.api().ofTask(task, "/events"), "events")) {
            if (String.valueOf(event.get("talfiring")).endsWith("/rule-1/0")) {
                said.merge(String.valueOf(event.get("type")), 1, Integer::sum);
            }
        }
        return said;
    }

    private static ConditionFactory eventually(String what) {
        return await(what).atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(100));
    }
}
