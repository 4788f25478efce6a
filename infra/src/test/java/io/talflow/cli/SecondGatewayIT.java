package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.Gateway;
import io.talflow.gateway.GatewayOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A gateway that ran nothing and starts with an empty view")
@ExtendWith(SharedStack.class)
class SecondGatewayIT {
    private static final String WORKFLOW = """
            tal: 1
            workflow: seen-twice
            functions:
              work: {replay: {runtime: 5ms}, emits: {out: {kind: value, bytes: 9}}}
              long: {replay: {runtime: 600s}}
            rules:
              - {when: started, do: [{invoke: work}, {set: {asked: "${ input.who }"}}]}
              - when: {completed: work}
                if: ${ has(input.stay) }
                do: {invoke: long}
                else: {complete: "${ event.data }"}
              - {when: {completed: long}, do: {complete: 1}}
            """;

    @Test
    void givesTheSameAnswersFromTheStatusTopicAlone(Talflow talflow, @TempDir Path folder) throws Exception {
        talflow.apply(folder, WORKFLOW);
        String ended = talflow.start("seen-twice", "ended", Map.of("who", "ada"));
        String running = talflow.start("seen-twice", "running", Map.of("who", "bob", "stay", true));
        talflow.ended(ended);
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        String.valueOf(talflow.status(running).get("counts")).startsWith("{running=1, completed=1,"));

        GatewayOptions options = GatewayOptions.of(talflow.kafka(), folder.resolve("other"))
                .withNodeId("second")
                .withControl(talflow.url());
        try (Gateway gateway = Gateway.start(options)) {
            Api other = new Api(gateway.url());
            for (String task : List.of(ended, running)) {
                Map<String, Object> first = talflow.status(task);
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(
                                        withoutAsOf(other.statusIfKnown(task).orElse(Map.of())))
                                .isEqualTo(withoutAsOf(first)));
                assertThat(RunCommand.invocations(other, task))
                        .isNotEmpty()
                        .isEqualTo(RunCommand.invocations(talflow.api(), task));
                assertThat(exact(other, task)).isEqualTo(exact(talflow.api(), task));
                assertThat(exact(other, task)).isEqualTo(comparable(first));
            }
            String query = "?workflow=seen-twice";
            assertThat(Output.rows(other.tasks(query), "tasks"))
                    .hasSize(2)
                    .isEqualTo(Output.rows(talflow.api().tasks(query), "tasks"));
        }
        talflow.api().cancel(running);
        assertThat(talflow.ended(running)).containsEntry("status", "CANCELLED");
    }

    /** What the job itself says; nodes are the view's own sum. */
    private static Map<String, Object> exact(Api api, String task) {
        return comparable(api.status(task, true));
    }

    private static Map<String, Object> comparable(Map<String, Object> status) {
        Map<String, Object> compared = withoutAsOf(status);
        compared.keySet().removeAll(List.of("nodes", "revision", "updatedAt"));
        return compared;
    }

    private static Map<String, Object> withoutAsOf(Map<String, Object> status) {
        Map<String, Object> compared = new LinkedHashMap<>(status);
        compared.remove("asOf");
        return compared;
    }
}
