package io.talflow.gateway.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.HostConfig;
import com.sun.net.httpserver.HttpServer;
import io.talflow.gateway.ContainerOptions;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.LogQuery;
import io.talflow.tal.model.Container;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What a function in a container cannot do")
class SandboxIT {
    private static final long MIB = 1024 * 1024;

    @TempDir
    static Path data;

    private static DockerClient engine;
    private static String image;
    private static ContainerNode node;

    @BeforeAll
    static void start() throws Exception {
        engine = TestEngine.client();
        image = TestImages.probe(engine);
        node = new ContainerNode(data.resolve("node"), 4);
    }

    @AfterAll
    static void stop() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void beRootOrBecomeIt() throws Exception {
        Map<String, Object> facts = node.result(function("facts", "256Mi"), Map.of("do", "facts"));
        assertThat(facts)
                .containsEntry("uid", 65534L)
                .containsEntry("gid", 65534L)
                .containsEntry("noNewPrivileges", "1")
                .containsEntry("seccomp", "2")
                .containsEntry("setuid", "Operation not permitted");
        assertThat((List<?>) facts.get("capabilities")).allMatch("0000000000000000"::equals);
        assertThat((List<?>) facts.get("groups")).allMatch(group -> group.equals(65534L));
    }

    @Test
    void seeOtherProcessesOrTheEngine() throws Exception {
        Map<String, Object> facts = node.result(function("facts", "256Mi"), Map.of("do", "facts"));
        assertThat((List<?>) facts.get("processes")).as("its own alone").isEqualTo(List.of(1L));
        assertThat((List<?>) facts.get("sockets")).isEmpty();
    }

    @Test
    void writeToItsRootOrMoreThanASmallTmp() throws Exception {
        Function function = function("writes", "256Mi");
        for (String path :
                List.of("/x", "/function/x", "/etc/passwd", "/usr/bin/x", "/dev/x", "/proc/sys/kernel/hostname")) {
            assertThat(node.result(function, Map.of("do", "write", "path", path)))
                    .as(path)
                    .containsEntry("written", false);
        }
        assertThat(node.result(function, Map.of("do", "write", "path", "/tmp/small", "mebibytes", 1)))
                .containsEntry("written", true);
        assertThat(node.result(function, Map.of("do", "write", "path", "/tmp/large", "mebibytes", 100)))
                .containsEntry("written", false)
                .containsEntry("why", "No space left on device");
        assertThat(node.result(function, Map.of("do", "write", "path", "/run/large", "mebibytes", 10)))
                .containsEntry("written", false);
        assertThat(node.result(function, Map.of("do", "write", "path", "/dev/shm/large", "mebibytes", 50)))
                .containsEntry("written", false);
    }

    @Test
    void runAProgramThatItWrote() throws Exception {
        assertThat(node.result(function("executes", "256Mi"), Map.of("do", "execute")))
                .containsEntry("ran", false)
                .containsEntry("why", "Permission denied");
    }

    @Test
    void haveMoreMemoryThanItsBound() throws Exception {
        Function function = function("allocates", "64Mi");
        assertThat(node.result(function, Map.of("do", "allocate", "mebibytes", 8)))
                .containsEntry("allocated", 8L);
        Map<String, Object> failure = node.failure(function, Map.of("do", "allocate", "mebibytes", 1024));
        assertThat(failure).containsEntry("error", "Function.Crashed");
        assertThat(String.valueOf(failure.get("message")))
                .containsAnyOf("needed more than its memory, 64 MiB", "killed by signal 9");
        assertThat(node.result(function, Map.of("do", "echo", "text", "on"))).containsEntry("calls", 1L);
    }

    @Test
    void forkWithoutEnd() throws Exception {
        Map<String, Object> forked = node.result(function("forks", "256Mi"), Map.of("do", "fork", "count", 1000));
        assertThat(forked).containsEntry("why", "Resource temporarily unavailable");
        assertThat((Long) forked.get("children")).isLessThan(32);
    }

    @Test
    void haveMoreCpuThanItsBound() throws Exception {
        Function function = ContainerNode.function(
                "burns", image, container("64Mi", 0.25, Container.Network.RUNTIME), Duration.ofSeconds(20));
        assertThat((Double) node.result(function, Map.of("do", "burn")).get("cpu"))
                .isLessThan(0.6);
    }

    @Test
    void fillTheDiskWithWhatItPrints() throws Exception {
        Function function = function("chatters", "64Mi");
        node.result(function, Map.of("do", "chatter", "mebibytes", 64));
        List<FunctionLogs.Entry> logs = node.logs().of(new LogQuery("w/t", "chatters", ""));
        assertThat(logs).hasSize(1);
        assertThat(logs.get(0).truncated()).isTrue();
        assertThat(logs.get(0).text()).hasSize(FunctionLogs.MAX_BYTES);
    }

    @Test
    void answerWithoutEnd() throws Exception {
        assertThat(node.failure(function("large", "256Mi"), Map.of("do", "large", "bytes", 50 * MIB)))
                .containsEntry("error", "Function.ResultTooLarge");
    }

    @Test
    void reachTheWorldOrThisMachinesOtherAddressesOrAnotherFunction() throws Exception {
        Function lonely = function("lonely", "64Mi");
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 1);
        elsewhere.start();
        try {
            node.result(function("neighbour", "64Mi"), Map.of("do", "echo", "text", "here"));
            assertThat(connects(lonely, "127.0.0.1", elsewhere.getAddress().getPort()))
                    .isFalse();
            assertThat(connects(lonely, "10.88.0.1", 53)).isFalse();
            assertThat(connects(lonely, "1.1.1.1", 53)).isFalse();
            assertThat(connects(lonely, address("neighbour"), Engine.PORT)).isFalse();
            assertThat(connects(lonely, address("lonely"), Engine.PORT))
                    .as("itself")
                    .isTrue();
        } finally {
            elsewhere.stop(0);
        }
    }

    @Test
    void reachWhatListensEverywhereOnItsMachineOnceTheFirewallIsClosed() throws Exception {
        String subnets = "10.243";
        HttpServer runtime = everywhere();
        HttpServer other = everywhere();
        ContainerOptions options =
                new ContainerOptions(TestEngine.socket().toString(), 1, ContainerNode.GRACE, subnets);
        Function function = function("walled", "64Mi");
        try (ContainerNode walled = new ContainerNode(data.resolve("walled"), options)) {
            int allowed = runtime.getAddress().getPort();
            int refused = other.getAddress().getPort();
            assertThat(connects(walled, function, subnets + ".0.1", allowed)).isTrue();
            assertThat(connects(walled, function, subnets + ".0.1", refused))
                    .as("as documented")
                    .isTrue();
            firewall(String.valueOf(allowed), subnets);
            assertThat(connects(walled, function, subnets + ".0.1", allowed)).isTrue();
            assertThat(connects(walled, function, subnets + ".0.1", refused)).isFalse();
        } finally {
            firewall("off", subnets);
            runtime.stop(0);
            other.stop(0);
        }
    }

    private static HttpServer everywhere() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("0.0.0.0", 0), 1);
        server.start();
        return server;
    }

    private static void firewall(String port, String subnets) throws Exception {
        Process script = new ProcessBuilder("../infra/dev/containers.sh", "--firewall", port, subnets)
                .redirectErrorStream(true)
                .start();
        String printed = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(script.waitFor()).as(printed).isZero();
    }

    @Test
    void beWithoutItsLimitsInTheEngine() throws Exception {
        Function function = ContainerNode.function(
                "inspected", image, container("64Mi", 0.5, Container.Network.RUNTIME), Duration.ofSeconds(20));
        node.result(function, Map.of("do", "echo", "text", "a"));
        InspectContainerResponse inspected = engine.inspectContainerCmd(
                        ContainerNode.running(engine, "inspected").get(0))
                .exec();
        HostConfig limits = inspected.getHostConfig();
        assertThat(limits.getMemory()).isEqualTo(64 * MIB);
        assertThat(limits.getMemorySwap()).isEqualTo(64 * MIB);
        assertThat(limits.getPidsLimit()).isEqualTo(32);
        assertThat(limits.getReadonlyRootfs()).isTrue();
        assertThat(limits.getPrivileged()).isFalse();
        assertThat(limits.getDns()).as("asks nobody for names").containsExactly("127.0.0.1");
        assertThat(limits.getSecurityOpts()).contains("no-new-privileges");
        assertThat(inspected.getMounts())
                .as("of the machine's files the values that it is shown")
                .singleElement()
                .satisfies(mount -> {
                    assertThat(mount.getDestination().getPath()).isEqualTo("/talflow/values");
                    assertThat(mount.getRW()).isFalse();
                });
    }

    @Test
    void outliveItsTimeoutByMoreThanTheGraceEvenIfItIgnoresSigterm() throws Exception {
        Function function = ContainerNode.function(
                "ignores", image, container("64Mi", 1, Container.Network.RUNTIME), Duration.ofMillis(300));
        node.result(function, Map.of("do", "connect", "host", "127.0.0.1", "port", 1));
        long began = System.nanoTime();
        assertThat(node.failure(function, Map.of("do", "ignore"))).containsEntry("error", "Timeout");
        assertThat(ContainerNode.running(engine, "ignores")).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(ContainerNode.GRACE.plusSeconds(10));
    }

    private static boolean connects(Function function, String host, int port) throws Exception {
        return connects(node, function, host, port);
    }

    private static boolean connects(ContainerNode node, Function function, String host, int port) throws Exception {
        return (Boolean) node.result(function, Map.of("do", "connect", "host", host, "port", port))
                .get("connected");
    }

    private static String address(String function) {
        return engine.inspectContainerCmd(
                        ContainerNode.running(engine, function).get(0))
                .exec()
                .getNetworkSettings()
                .getNetworks()
                .values()
                .iterator()
                .next()
                .getIpAddress();
    }

    private static Function function(String name, String memory) {
        return ContainerNode.function(
                name, image, container(memory, 1, Container.Network.RUNTIME), Duration.ofSeconds(20));
    }

    private static Container container(String memory, double cpus, Container.Network network) {
        return new Container(
                Container.Contract.HTTP,
                Optional.empty(),
                Long.parseLong(memory.replace("Mi", "")) * MIB,
                cpus,
                32,
                network,
                0,
                1,
                Duration.ofMinutes(1),
                1,
                true);
    }
}
