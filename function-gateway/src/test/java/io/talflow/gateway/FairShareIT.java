package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.event.EventTypes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A node whose places are held by functions that hang")
class FairShareIT {
    private static final int PLACES = 2;

    @TempDir
    private Path data;

    @Test
    void runsTheFunctionsOfOthers() throws Exception {
        Path held = Files.createDirectory(data.resolve("held"));
        try (EmbeddedBroker broker = EmbeddedBroker.start();
                Gateway gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("node"))
                        .withPython(PLACES, Duration.ofMinutes(5)))) {
            GatewayClient client = new GatewayClient(gateway.url());
            String stuck = client.apply(
                    "stuck", Map.of("workflow.yaml", """
                    tal: 1
                    workflow: stuck
                    functions:
                      python: {python: stuck.py}
                      command: {command: [sh, -c, "mktemp -p %s; exec sleep 1000"]}
                    rules: [{when: started, do: [{invoke: python}, {invoke: command}]}]
                    """.formatted(held), "stuck.py", """
                    import tempfile, time
                    def handler(ctx, input):
                        tempfile.mkstemp(dir="%s")
                        time.sleep(1000)
                    """.formatted(held)));
            String fine = client.apply(
                    "fine", Map.of("workflow.yaml", """
                    tal: 1
                    workflow: fine
                    functions:
                      python: {python: fine.py}
                      command: {command: [cat]}
                    rules: [{when: started, do: [{invoke: python}, {invoke: command}]}]
                    """, "fine.py", "def handler(ctx, input):\n    return input\n"));
            for (int i = 0; i < 10; i++) {
                client.fire(GatewayClient.firing("stuck", stuck, "python", "python/" + i, Map.of()));
                client.fire(GatewayClient.firing("stuck", stuck, "command", "command/" + i, Map.of()));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> files(held) == 2 * PLACES);
            for (String function : new String[] {"python", "command"}) {
                for (int i = 0; i < 10; i++) {
                    String id = "%s/%d".formatted(function, i);
                    client.fire(GatewayClient.firing("fine", fine, function, id, Map.of()));
                    String firing = "fine/t@0/" + id;
                    await(firing)
                            .atMost(Duration.ofSeconds(30))
                            .until(
                                    () -> LoggedEvents.of(broker.bootstrap(), firing),
                                    events -> events.stream()
                                            .anyMatch(event -> event.type().equals(EventTypes.INVOCATION_COMPLETED)));
                }
            }
            assertThat(files(held)).as("all others of the stuck ones wait").isEqualTo(2 * PLACES);
        }
    }

    private static long files(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
