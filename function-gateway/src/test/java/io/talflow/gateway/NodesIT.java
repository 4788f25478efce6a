package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Nodes of one broker")
class NodesIT {
    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void knowEachOtherAndWhatEachHas() throws Exception {
        try (Gateway first = gateway("first");
                Gateway second = gateway("second")) {
            GatewayClient client = new GatewayClient(first.url());
            eventually(() -> node(client, "second") != null && node(client, "first") != null);
            Map<String, Object> node = node(client, "second");
            assertThat(node).containsEntry("state", "UP").containsEntry("url", second.url());
            assertThat(fields(node, "cpu").get("cores"))
                    .asString()
                    .satisfies(cores -> assertThat(Double.parseDouble(cores))
                            .isBetween(0.001, (double) Runtime.getRuntime().availableProcessors()));
            assertThat((Long) fields(node, "memory").get("usedBytes"))
                    .isBetween(1L, (Long) fields(node, "memory").get("limitBytes"));
            assertThat((Long) fields(node, "disk").get("freeBytes"))
                    .isBetween(1L, (Long) fields(node, "disk").get("totalBytes"));
            assertThat(fields(node, "functions")).isEqualTo(Map.of("running", 0L, "warm", 0L));
            long once = (Long) node.get("silentMillis");
            eventually(() -> (Long) node(client, "second").get("silentMillis") < Math.max(1, once));
        }
    }

    @Test
    void showWhatRunsAndWhatIsWarm() throws Exception {
        try (Gateway gateway = gateway("busy")) {
            GatewayClient client = new GatewayClient(gateway.url());
            String version = client.apply(
                    "busy", Map.of("workflow.yaml", """
                            tal: 1
                            workflow: busy
                            functions:
                              long: {replay: {runtime: 600s}}
                              quick: {python: quick.py}
                            rules: [{when: started, do: [{invoke: long}, {invoke: quick}]}]
                            """, "quick.py", "def handler(ctx, input):\n    return 1\n"));
            client.fire(GatewayClient.firing("busy", version, "long", "long/0", Map.of()));
            client.fire(GatewayClient.firing("busy", version, "quick", "quick/0", Map.of()));
            eventually(() -> fields(node(client, "busy"), "functions").equals(Map.of("running", 1L, "warm", 1L)));
        }
    }

    @Test
    void sayThatTheyAreDownWithWorkKept() throws Exception {
        try (Gateway watcher = gateway("watcher")) {
            GatewayClient client = new GatewayClient(watcher.url());
            gateway("stopped").close();
            eventually(() -> "DOWN".equals(node(client, "stopped").get("state")));
        }
    }

    @Test
    void keepTheirInstanceWithTheirJournal() throws Exception {
        String first = instance("kept");
        assertThat(instance("kept")).isEqualTo(first);
        Files.delete(folder.resolve("kept/journal.db"));
        assertThat(instance("kept")).isNotEqualTo(first);
    }

    private static String instance(String id) throws IOException {
        gateway(id).close();
        return Files.readString(folder.resolve(id).resolve("instance"));
    }

    private static Gateway gateway(String id) throws IOException {
        String[] arguments = {
            "--kafka",
            broker.bootstrap(),
            "--data",
            folder.resolve(id).toString(),
            "--port",
            "0",
            "--node-id",
            id,
            "--partitions",
            "1"
        };
        return Gateway.start(GatewayOptions.parse(arguments, Map.of("TALFLOW_INSECURE", "true")));
    }

    private static Map<String, Object> node(GatewayClient client, String id) throws Exception {
        for (Object each : (List<?>) client.get("/v1/nodes").json().get("nodes")) {
            Map<String, Object> node = copy(each);
            if (id.equals(node.get("node"))) {
                return node;
            }
        }
        return null;
    }

    private static Map<String, Object> fields(Map<String, Object> node, String group) {
        return copy(node.get(group));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> copy(Object fields) {
        return (Map<String, Object>) fields;
    }

    private static void eventually(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(NullPointerException.class)
                .until(condition);
    }
}
