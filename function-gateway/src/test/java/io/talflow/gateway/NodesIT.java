package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.talflow.tal.event.EventTypes;
import io.talflow.tal.event.TalEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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
    void leaveNothingUndoneWhenTheyDrain() throws Exception {
        try (Gateway stays = gateway("stays");
                Gateway leaves = gateway("leaves", "--drain-seconds", "1")) {
            GatewayClient other = new GatewayClient(stays.url());
            GatewayClient client = new GatewayClient(leaves.url());
            String version = client.apply("drained", Map.of("workflow.yaml", """
                            tal: 1
                            workflow: drained
                            functions:
                              long: {replay: {runtime: 600s}}
                              short: {replay: {runtime: 200ms}}
                            rules: [{when: started, do: [{invoke: long}, {invoke: short}]}]
                            """));
            client.fire(GatewayClient.firing("drained", version, "long", "long/0", Map.of()));
            client.fire(GatewayClient.firing("drained", version, "short", "short/0", Map.of()));
            eventually(() -> node(client, "stays") != null);
            CompletableFuture<Void> drained = CompletableFuture.runAsync(leaves::drain);
            eventually(() -> "DRAINING".equals(node(other, "leaves").get("state")));
            assertThat(client.fire(GatewayClient.firing("drained", version, "short", "late/0", Map.of())))
                    .containsEntry("accepted", false)
                    .containsEntry("code", "gateway/draining");
            assertThat(client.fire(GatewayClient.firing("drained", version, "long", "long/0", Map.of())))
                    .as("a repeat of what it has")
                    .containsEntry("accepted", true);
            drained.join();
            leaves.close();
            assertThat(LoggedEvents.of(broker.bootstrap(), "drained/t@0/short/0"))
                    .extracting(TalEvent::type)
                    .containsExactly(EventTypes.INVOCATION_COMPLETED);
            assertThat(LoggedEvents.of(broker.bootstrap(), "drained/t@0/long/0"))
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.id()).isEqualTo("drained/t@0/long/0/1/lost");
                        assertThat(event.type()).isEqualTo(EventTypes.INVOCATION_LOST);
                        assertThat(event.attempt()).isEqualTo(1);
                        assertThat(event.extensions())
                                .containsEntry("talnode", "leaves")
                                .hasEntrySatisfying(
                                        "talnodes",
                                        nodes -> assertThat(nodes)
                                                .contains("stays")
                                                .doesNotContain("leaves"));
                    });
            eventually(() -> node(other, "leaves") == null);
        }
        try (Gateway again = gateway("leaves")) {
            assertThat(new GatewayClient(again.url()).get("/healthz").json())
                    .as("nothing in its journal is to run again")
                    .containsEntry("inFlight", 0L);
        }
    }

    @Test
    void keepWhatRunsForTheNextStartWhereThereIsNoOther() throws Exception {
        try (EmbeddedBroker lonely = EmbeddedBroker.start()) {
            Path data = folder.resolve("lonely");
            Gateway first = Gateway.start(GatewayOptions.of(lonely.bootstrap(), data));
            GatewayClient client = new GatewayClient(first.url());
            String version = client.apply("kept", Map.of("workflow.yaml", """
                            tal: 1
                            workflow: kept
                            functions: {long: {replay: {runtime: 600s}}}
                            rules: [{when: started, do: {invoke: long}}]
                            """));
            client.fire(GatewayClient.firing("kept", version, "long", "long/0", Map.of()));
            first.drain();
            first.close();
            try (Gateway again = Gateway.start(GatewayOptions.of(lonely.bootstrap(), data))) {
                assertThat(new GatewayClient(again.url()).get("/healthz").json())
                        .containsEntry("inFlight", 1L);
            }
            assertThat(LoggedEvents.of(lonely.bootstrap(), "kept/t@0/long/0")).isEmpty();
        }
    }

    @Test
    void haveNamesOfTheirOwn() throws Exception {
        try (Gateway first = gateway("twin")) {
            GatewayClient client = new GatewayClient(first.url());
            eventually(() -> node(client, "twin") != null);
            GatewayOptions same = GatewayOptions.of(broker.bootstrap(), folder.resolve("another"))
                    .withNodeId("twin");
            assertThatThrownBy(() -> Gateway.start(same))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a node twin is up already at " + first.url())
                    .hasMessageContaining("--node-id");
        }
    }

    @Test
    void fetchABundleFromWhoeverHasIt() throws Exception {
        try (Gateway has = gateway("has");
                Gateway lacks = gateway("lacks")) {
            GatewayClient client = new GatewayClient(has.url());
            String version = client.apply(
                    "fetched", Map.of("workflow.yaml", """
                            tal: 1
                            workflow: fetched
                            functions: {work: {python: work.py}}
                            rules: [{when: started, do: {invoke: work}}]
                            """, "work.py", "def handler(ctx, input):\n    return 7\n"));
            GatewayClient other = new GatewayClient(lacks.url());
            eventually(() -> node(other, "has") != null);
            other.fire(GatewayClient.firing("fetched", version, "work", "work/0", Map.of()));
            eventually(() -> LoggedEvents.of(broker.bootstrap(), "fetched/t@0/work/0").stream()
                    .anyMatch(event -> event.type().equals(EventTypes.INVOCATION_COMPLETED)));
        }
    }

    @Test
    void nameThemselvesInTheStartsTheyWrite() throws Exception {
        try (Gateway one = gateway("one")) {
            GatewayClient client = new GatewayClient(one.url());
            client.apply("started", Map.of("workflow.yaml", """
                            tal: 1
                            workflow: started
                            functions: {work: {replay: {runtime: 1s}}}
                            rules: [{when: started, do: {invoke: work}}]
                            """));
            eventually(() -> node(client, "one") != null);
            client.post("/v1/workflows/started:start", Map.of("key", "k"));
            assertThat(LoggedEvents.all(broker.bootstrap()))
                    .filteredOn(event -> event.task().equals("started/k"))
                    .singleElement()
                    .satisfies(event ->
                            assertThat(event.extensions().get("talnodes")).contains("one"));
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

    private static Gateway gateway(String id, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--kafka",
                broker.bootstrap(),
                "--data",
                folder.resolve(id).toString(),
                "--port",
                "0",
                "--node-id",
                id,
                "--partitions",
                "1"));
        arguments.addAll(List.of(more));
        return Gateway.start(
                GatewayOptions.parse(arguments.toArray(String[]::new), Map.of("TALFLOW_INSECURE", "true")));
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
