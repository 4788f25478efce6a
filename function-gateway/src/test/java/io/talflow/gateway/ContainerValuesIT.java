package io.talflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import io.talflow.gateway.container.TestEngine;
import io.talflow.gateway.container.TestImages;
import io.talflow.tal.Json;
import io.talflow.tal.event.TalEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Values that containers read as files of their node")
class ContainerValuesIT {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MB = 1 << 20;
    private static final String MOUNT = "/talflow/values/";

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static HeldFunction function;
    private static Gateway gateway;
    private static GatewayClient client;
    private static String version;
    private static int firings;

    @BeforeAll
    static void start() throws Exception {
        DockerClient engine = TestEngine.client();
        Map<String, byte[]> files = new TreeMap<>(TestImages.folder(Path.of("sdk/python/talflow"), "talflow/"));
        files.put(
                "values.py",
                ContainerValuesIT.class
                        .getResourceAsStream("/container/values.py")
                        .readAllBytes());
        String image = TestImages.python(engine, "values", files, "-m", "talflow", "serve", "values.py");
        files.put(MOUNT.substring(0, MOUNT.length() - 1), new byte[0]);
        String inTheWay = TestImages.python(engine, "in-the-way", files, "-m", "talflow", "serve", "values.py");
        broker = EmbeddedBroker.start();
        function = new HeldFunction();
        gateway = Gateway.start(GatewayOptions.of(broker.bootstrap(), data.resolve("gateway"))
                .withContainers(new ContainerOptions("auto", 6, Duration.ofSeconds(1), "10.223")));
        client = new GatewayClient(gateway.url());
        // a version of this run alone: the engine may still hold containers of a run that was killed
        version = client.apply("seen", Map.of("run.txt", UUID.randomUUID().toString(), "workflow.yaml", """
                tal: 1
                workflow: seen
                functions:
                  read: {image: "%1$s", container: {max: 1, prewarm: false}}
                  slow: {image: "%1$s", container: {max: 1, prewarm: false}, timeout: 2s}
                  together: {image: "%1$s", container: {max: 1, concurrency: 4, prewarm: false}}
                  refused: {image: "%3$s", container: {max: 1, prewarm: false}}
                  held: {http: "%2$s"}
                rules:
                  - {when: started, do: [{invoke: read}, {invoke: slow}, {invoke: together}, {invoke: refused}, {invoke: held}]}
                """.formatted(
                        image, function.url(), inTheWay)));
    }

    @AfterAll
    static void stop() throws IOException {
        if (gateway != null) {
            gateway.close();
            assertThat(mounts()).as("a gateway that stops leaves nothing").isEmpty();
            function.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void areThereWhileTheFunctionThatAskedForThemRunsAndForNobodyElse() throws Exception {
        byte[] film = random(8 * MB);
        byte[] note = random(100_000);
        Map<String, Object> first = run("read", "mine", Map.of("read", put("mine", film, note)));
        assertThat(first.get("checksums")).as("also of one in memory").isEqualTo(List.of(crc32(film), crc32(note)));
        List<?> seen = (List<?>) first.get("files");
        assertThat(seen)
                .hasSize(2)
                .allSatisfy(file -> assertThat(file.toString()).matches(MOUNT + "[0-9a-f]{32}"));
        assertThat(first)
                .as("it changes nothing and finds nothing that it was not told")
                .containsEntry("list", "Permission denied")
                .containsEntry("write", "Read-only file system")
                .containsEntry("overwrite", "Permission denied")
                .containsEntry("remove", "Read-only file system")
                .containsEntry("mode", "Read-only file system");
        assertThat(reads("mine"))
                .extracting(read -> read.get("way") + " as " + read.get("as"))
                .containsExactly("local as file", "local as file");
        assertThat(links()).as("when its outcome is told").isEmpty();

        Map<String, Object> next = run("read", "other", Map.of("open", seen));
        assertThat(next).containsEntry("boot", first.get("boot"));
        assertThat(next.get("opened"))
                .as("the same container, for another firing, which knows the names")
                .isEqualTo(List.of("No such file or directory", "No such file or directory"));
    }

    @Test
    void areThereForTheContainerOfTheirReaderAlone() throws Exception {
        List<Object> mine = put("one", random(2 * MB));
        String slow = fire("slow", "one", Map.of("read", mine, "sleep", 60L));
        Path link = await().atMost(LONG)
                .until(ContainerValuesIT::links, links -> links.size() == 1)
                .get(0);
        Map<String, Object> other = run("read", "two", Map.of("open", List.of(MOUNT + link.getFileName())));
        assertThat(other.get("opened")).isEqualTo(List.of("No such file or directory"));
        assertThat(outcome(slow)).containsEntry("error", "Timeout");
        assertThat(link.getParent())
                .as("gone with the container that was stopped")
                .doesNotExist();
    }

    @Test
    void areStreamedWhereCallsShareAContainer() throws Exception {
        byte[] film = random(2 * MB);
        byte[] other = random(3 * MB);
        Map<String, Object> read = run("together", "shared", Map.of("read", put("shared", film, other)));
        assertThat(read.get("checksums")).isEqualTo(List.of(crc32(film), crc32(other)));
        assertThat(read.get("files")).isEqualTo(List.of("", ""));
        assertThat(read).containsEntry("list", "No such file or directory");
        assertThat(reads("shared"))
                .extracting(one -> one.get("way") + " as " + one.get("as"))
                .containsExactly("local as stream", "local as stream");
    }

    @Test
    void areStreamedToAContainerThatTheEngineDoesNotStartWithThem() throws Exception {
        byte[] film = random(2 * MB);
        List<Path> before = mounts();
        Map<String, Object> read = run("refused", "no", Map.of("read", put("no", film)));
        assertThat(read.get("checksums")).isEqualTo(List.of(crc32(film)));
        assertThat(read)
                .containsEntry("files", List.of(""))
                .as("its image has a file in their place")
                .containsEntry("list", "Not a directory");
        assertThat(reads("no"))
                .extracting(one -> one.get("way") + " as " + one.get("as"))
                .containsExactly("local as stream");
        assertThat(before).as("no directory is left of the start that failed").containsAll(mounts());
    }

    /** References of values that a function of the task has put. */
    private static List<Object> put(String task, byte[]... values) throws Exception {
        fire("held", task, Map.of());
        HeldFunction.Call call = function.call();
        List<Object> references = new ArrayList<>();
        for (byte[] value : values) {
            references.add(Map.of("$data", client.putValue(call.token(), "v" + references.size(), value)));
        }
        call.answer(1L);
        return references;
    }

    private static Map<String, Object> run(String name, String task, Object input) throws Exception {
        return outcome(fire(name, task, input));
    }

    private static Map<String, Object> outcome(String firing) {
        TalEvent outcome = await().atMost(LONG)
                .until(() -> LoggedEvents.of(broker.bootstrap(), firing), events -> !events.isEmpty())
                .get(0);
        return Json.parseObject(outcome.data());
    }

    private static String fire(String name, String task, Object input) throws Exception {
        Map<String, Object> firing = GatewayClient.firing("seen", version, name, name + "/" + firings++, input);
        String id = String.valueOf(firing.get("firing")).replace("seen/t@", "seen/" + task + "@");
        firing.put("task", "seen/" + task);
        firing.put("firing", id);
        assertThat(client.fire(firing)).containsEntry("accepted", true);
        return id;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> reads(String task) throws Exception {
        return (List<Map<String, Object>>)
                client.get("/v1/tasks/seen/" + task + "/data").json().get("reads");
    }

    private static List<Path> mounts() throws IOException {
        try (Stream<Path> mounts = Files.list(data.resolve("gateway/mounts"))) {
            return mounts.toList();
        }
    }

    private static List<Path> links() throws IOException {
        List<Path> links = new ArrayList<>();
        for (Path mount : mounts()) {
            try (Stream<Path> in = Files.list(mount)) {
                in.forEach(links::add);
            }
        }
        return links;
    }

    private static long crc32(byte[] value) {
        CRC32 crc = new CRC32();
        crc.update(value);
        return crc.getValue();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
