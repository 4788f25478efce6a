package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.auth.Role;
import io.talflow.gateway.auth.TokenFile;
import io.talflow.tal.Json;
import io.talflow.tal.tls.Certificates;
import io.talflow.tal.tls.PemFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The logs of a task that ran on several nodes, which ask for tokens, over TLS")
class LogsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Map<Role, String> TOKENS = new EnumMap<>(Role.class);

    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;
    private static JobStandIn job;
    private static Certificates certificates;
    private static Gateway one;
    private static Gateway two;
    private static String version;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start();
        certificates = Certificates.make(folder);
        for (Role role : Role.values()) {
            TOKENS.put(
                    role,
                    new TokenFile(folder.resolve("tokens.json"))
                            .create(role.word(), role, 0, 0)
                            .text());
        }
        one = gateway("node-1", Role.NODE);
        two = gateway("node-2", Role.NODE);
        job = new JobStandIn(broker.bootstrap());
        version = client(one, Role.ADMIN).apply("w", Map.of("workflow.yaml", """
                tal: 1
                workflow: w
                functions:
                  says: {command: [sh, -c, "cat >&2; echo >&2"]}
                  waits: {command: [sh, -c, "read go; echo waits >&2; while [ ! -e $(echo $go | tr -d '\\"') ]; do sleep 0.05; done; echo went on >&2"]}
                rules: [{when: started, do: [{invoke: says}, {invoke: waits}]}]
                """));
        for (Gateway gateway : List.of(one, two)) {
            await().atMost(PATIENCE)
                    .until(() ->
                            client(gateway, Role.VIEWER).get("/v1/workflows/w").status() == 200
                                    && client(gateway, Role.VIEWER)
                                            .get("/v1/nodes")
                                            .json()
                                            .toString()
                                            .contains("node-1")
                                    && client(gateway, Role.VIEWER)
                                            .get("/v1/nodes")
                                            .json()
                                            .toString()
                                            .contains("node-2"));
        }
    }

    @AfterAll
    static void stop() {
        job.close();
        two.close();
        one.close();
        broker.close();
    }

    /** @param shown of what role the token is that it shows the others */
    private static Gateway gateway(String node, Role shown) throws IOException {
        Path token = Files.writeString(folder.resolve(node + ".token"), TOKENS.get(shown));
        return Gateway.start(GatewayOptions.of(broker.bootstrap(), folder.resolve(node))
                .withNodeId(node)
                .withSecurity(Security.of(folder.resolve("tokens.json"))
                        .withTls(new Security.Tls(certificates.certificate(), certificates.key()))
                        .withPeers(new PeerAccess(Optional.of(token), Optional.of(certificates.certificate())))));
    }

    @Test
    void areFoundOnEachWhicheverIsAsked() throws Exception {
        says(one, "w/found", "r/0", "first");
        says(two, "w/found", "r/1", "second");
        for (Gateway asked : List.of(one, two)) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(logs(asked, "w/found"))
                            .extracting(entry -> entry.get("node") + " " + entry.get("text"))
                            .containsExactlyInAnyOrder("node-1 \"first\"\n", "node-2 \"second\"\n"));
            assertThat(unreachable(asked, "w/found")).doesNotContainKeys("node-1", "node-2");
        }
        String ofOne = "/v1/tasks/w/found/logs?firing=w%2Ffound%400%2Fr%2F1";
        assertThat((List<?>) client(one, Role.VIEWER).get(ofOne).json().get("logs"))
                .hasSize(1);
    }

    @Test
    void nameTheNodesWhoseLogsCannotBeHad() throws Exception {
        says(one, "w/named", "r/0", "here");
        job.status("w/named", version, 0);
        job.ranOn("w/named", "w/named@0/r/9", "long-gone");
        try (Gateway other = gateway("node-3", Role.VIEWER)) {
            Gateway killed = gateway("node-4", Role.NODE);
            await().atMost(PATIENCE)
                    .until(() -> client(other, Role.VIEWER)
                            .get("/v1/nodes")
                            .json()
                            .toString()
                            .contains("node-4"));
            killed.close();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(unreachable(other, "w/named"))
                            .containsKeys("long-gone", "node-1", "node-2", "node-4"));
            assertThat(unreachable(other, "w/named").get("node-1").toString())
                    .contains("answers 403", "--peer-token-file");
            assertThat(unreachable(other, "w/named").get("node-4").toString()).contains("does not answer");
            assertThat(unreachable(one, "w/named"))
                    .containsKeys("long-gone", "node-4")
                    .doesNotContainKeys("node-1", "node-2", "node-3");
            assertThat(logs(one, "w/named")).hasSize(1);
            job.status("w/younger", version, 0, Map.of("startedAt", System.currentTimeMillis() + 3_600_000L));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(unreachable(one, "w/younger"))
                            .as("it spoke its last before the task began")
                            .isEmpty());
        }
    }

    @Test
    void areForNodesAndUsersEachByTheirOwnAddress() throws Exception {
        assertThat(client(one, Role.NODE).get("/v1/logs?task=w/t").status()).isEqualTo(200);
        assertThat(client(one, Role.VIEWER).get("/v1/logs?task=w/t").status()).isEqualTo(403);
        assertThat(client(one, Role.NODE).get("/v1/tasks/w/t/logs").status()).isEqualTo(403);
    }

    @Test
    void areFollowedOnEachUntilTheTaskEnds() throws Exception {
        job.status("w/followed", version, 0);
        Follower follower = new Follower(one, "w/followed");
        Path go = folder.resolve("followed");
        fire(one, "w/followed", "says", "r/0", "here");
        fire(two, "w/followed", "waits", "r/1", go.toString());
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(follower.texts()).containsExactlyInAnyOrder("node-1 \"here\"\n", "node-2 waits\n"));
        assertThat(follower.end).isNotDone();
        try (Gateway late = gateway("node-5", Role.NODE)) {
            says(late, "w/followed", "r/2", "joined later");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(follower.texts()).contains("node-5 \"joined later\"\n"));
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(follower.lines)
                        .extracting(line -> line.get("unreachable"))
                        .anySatisfy(node -> assertThat(node).asString().startsWith("{node-5=")));
        Files.createFile(go);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(follower.texts()).contains("node-2 went on\n"));
        job.ended("w/followed", version);
        assertThat(follower.end.get(30, TimeUnit.SECONDS)).as("as it should").isTrue();
        assertThat(follower.texts()).doesNotHaveDuplicates().hasSize(4);
    }

    @Test
    void endWithTheirGatewayAtOnceAndNotAsIfTheTaskHadEnded() throws Exception {
        job.status("w/stopped", version, 0);
        Gateway stops = gateway("node-6", Role.NODE);
        says(stops, "w/stopped", "r/0", "before");
        await().atMost(PATIENCE)
                .until(() ->
                        client(stops, Role.VIEWER).get("/v1/tasks/w/stopped").status() == 200);
        Follower follower = new Follower(stops, "w/stopped");
        await().atMost(PATIENCE).until(() -> follower.texts().contains("node-6 \"before\"\n"));
        long began = System.nanoTime();
        stops.close();
        assertThat(follower.end.get(30, TimeUnit.SECONDS)).as("broken off").isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    }

    /** Reads what comes until it ends, as it should or broken off. */
    private static final class Follower {
        private final List<Map<String, Object>> lines = new CopyOnWriteArrayList<>();
        /** Whether it ended as it should. */
        private final CompletableFuture<Boolean> end;

        Follower(Gateway gateway, String task) throws Exception {
            HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + path(task) + "?follow=true"))
                    .header("authorization", "Bearer " + TOKENS.get(Role.VIEWER))
                    .build();
            await().atMost(PATIENCE)
                    .until(() -> client(gateway, Role.VIEWER)
                                    .get("/v1/tasks/" + task)
                                    .status()
                            == 200);
            HttpResponse<InputStream> answer = trusting().send(request, BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            end = CompletableFuture.supplyAsync(() -> read(answer.body()));
        }

        private boolean read(InputStream body) {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (!line.isEmpty()) {
                        lines.add(Json.parseObject(line.getBytes(StandardCharsets.UTF_8)));
                    }
                }
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        List<String> texts() {
            return lines.stream()
                    .filter(line -> line.containsKey("text"))
                    .map(line -> line.get("node") + " " + line.get("text"))
                    .toList();
        }
    }

    private static void says(Gateway node, String task, String firing, String text) throws Exception {
        fire(node, task, "says", firing, text);
        await().atMost(PATIENCE)
                .until(() -> client(node, Role.NODE)
                        .get("/v1/logs?task=" + task)
                        .json()
                        .toString()
                        .contains(text));
    }

    private static void fire(Gateway node, String task, String function, String firing, String input) throws Exception {
        Map<String, Object> fired = GatewayClient.firing("w", version, function, firing, input);
        fired.put("task", task);
        fired.put("firing", task + "@0/" + firing);
        assertThat(client(node, Role.JOB).fire(fired)).containsEntry("accepted", true);
    }

    private static Map<String, Object> answer(Gateway asked, String task) throws Exception {
        return client(asked, Role.VIEWER).get(path(task)).json();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> logs(Gateway asked, String task) throws Exception {
        return (List<Map<String, Object>>) answer(asked, task).get("logs");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> unreachable(Gateway asked, String task) throws Exception {
        return (Map<String, Object>) answer(asked, task).get("unreachable");
    }

    private static String path(String task) {
        return "/v1/tasks/%s/logs".formatted(task);
    }

    private static GatewayClient client(Gateway node, Role role) throws Exception {
        return new GatewayClient(node.url(), TOKENS.get(role), trusting());
    }

    private static HttpClient trusting() throws Exception {
        return HttpClient.newBuilder()
                .sslContext(PemFiles.trusting(certificates.certificate()))
                .build();
    }
}
