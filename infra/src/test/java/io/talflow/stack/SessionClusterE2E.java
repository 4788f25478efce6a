package io.talflow.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.cli.Launcher;
import io.talflow.tal.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The job jar on a Flink session cluster that has nothing of ours")
class SessionClusterE2E {
    private static final String WORKFLOW = """
            tal: 1
            workflow: two-steps
            functions:
              first: {replay: {runtime: 5ms}}
              second: {python: second.py, emits: {seen: value}}
            rules:
              - {when: started, do: {invoke: first}}
              - {when: {all: [{completed: first}, started]}, if: "${ input.go }", do: {invoke: second}}
              - {when: {completed: second}, do: {complete: "${ event.data }"}}
            """;
    /** Signals by the address for functions, and tells what else there is. */
    private static final String CODE = """
            import gc, urllib.error, urllib.request
            from talflow.signals import Gateway

            def handler(ctx, input):
                ctx.ready("seen", 1)
                gateway = next(each for each in gc.get_objects() if isinstance(each, Gateway))
                try:
                    return urllib.request.urlopen("http://%s:%d/healthz" % gateway._address, timeout=10).status
                except urllib.error.HTTPError as refused:
                    return "healthz: %d" % refused.code
            """;

    @TempDir
    Path folder;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private String rest;
    private Process taskManager;

    @AfterEach
    void stop() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    @Test
    void runsATaskIsSubmittedAgainAndDoesNotPileUpClasses() throws Exception {
        Broker broker = Broker.start(folder.resolve("kafka"));
        parts.push(broker);
        List<Integer> ports = FreePorts.find(3);
        rest = "http://127.0.0.1:" + ports.get(0);
        startCluster(ports.get(0), ports.get(1));
        SecuredGateway gateway = SecuredGateway.make(folder, ports.get(2));
        startGateway(gateway, broker.bootstrap());
        gateway.refusesWhoDoesNotTrustIt();
        gateway.refusesWhoHasNoToken();
        String jar = upload();

        String job = submit(jar, broker.bootstrap(), gateway);
        Files.writeString(folder.resolve("two-steps.yaml"), WORKFLOW);
        Files.writeString(folder.resolve("second.py"), CODE);
        succeeds(gateway.command("admin", "apply", "two-steps.yaml"));
        completes("one", gateway);
        cancel(job);
        String again = submit(jar, broker.bootstrap(), gateway);
        completes("two", gateway);
        cancel(again);
        // Java's own cache for the methods of records (ObjectMethods) keeps the classes that used it last.
        eventually("the jar's classes are unloaded")
                .until(() -> collectGarbageAndCountClasses("io.talflow.flink.sink.EventSinkOperator") <= 1);
    }

    private static void completes(String key, SecuredGateway gateway) throws Exception {
        succeeds(gateway.command("operator", "start", "two-steps", "--key", key, "--input", "{\"go\": true}"));
        String task = "two-steps/" + key;
        eventually(task + " completes")
                .until(() -> gateway.command("operator", "status", task, "--output", "json")
                        .out()
                        .contains("\"healthz: 404\""));
    }

    private static void succeeds(Launcher.Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    private void startCluster(int restPort, int rpcPort) throws IOException {
        Path configuration = Files.createDirectories(folder.resolve("conf"));
        Files.writeString(configuration.resolve("config.yaml"), """
                jobmanager.rpc.address: 127.0.0.1
                jobmanager.rpc.port: %d
                jobmanager.bind-host: 127.0.0.1
                jobmanager.memory.process.size: 900m
                rest.address: 127.0.0.1
                rest.bind-address: 127.0.0.1
                rest.port: %d
                taskmanager.host: 127.0.0.1
                taskmanager.bind-host: 127.0.0.1
                taskmanager.numberOfTaskSlots: 1
                taskmanager.cpu.cores: 1
                taskmanager.memory.task.heap.size: 256m
                taskmanager.memory.task.off-heap.size: 0m
                taskmanager.memory.managed.size: 128m
                taskmanager.memory.network.min: 32m
                taskmanager.memory.network.max: 32m
                taskmanager.memory.framework.heap.size: 128m
                taskmanager.memory.framework.off-heap.size: 128m
                taskmanager.memory.jvm-metaspace.size: 256m
                taskmanager.memory.jvm-overhead.min: 192m
                taskmanager.memory.jvm-overhead.max: 192m
                web.upload.dir: %s
                io.tmp.dirs: %s
                """.formatted(
                        rpcPort,
                        restPort,
                        Files.createDirectories(folder.resolve("upload")),
                        Files.createDirectories(folder.resolve("tmp"))));
        String classPath = Distribution.classPath();
        List<String> options = List.of("--configDir", configuration.toString());
        java(
                "jobmanager",
                classPath,
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                options);
        taskManager =
                java("taskmanager", classPath, "org.apache.flink.runtime.taskexecutor.TaskManagerRunner", options);
        eventually("the TaskManager has registered")
                .until(() -> Long.valueOf(1).equals(get("/overview").get("taskmanagers")));
    }

    private void startGateway(SecuredGateway gateway, String kafka) throws IOException {
        java(
                "gateway",
                System.getProperty("java.class.path"),
                "io.talflow.gateway.GatewayMain",
                gateway.arguments(kafka));
        eventually("the gateway serves").until(gateway::serves);
    }

    private Process java(String name, String classPath, String main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                // a collection clears what is only softly reachable, as it does before memory runs out
                "-XX:SoftRefLRUPolicyMSPerMB=0",
                // what a distribution's config.yaml sets as env.java.opts.all for Java 17
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.time=ALL-UNNAMED",
                "-cp",
                classPath,
                main));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .start();
        parts.push(() -> process.destroyForcibly().waitFor());
        return process;
    }

    /** Uploads the job jar as the web page does; returns its id. */
    private String upload() throws Exception {
        Path jar;
        try (Stream<Path> files = Files.list(Path.of("../flink-jobs/target"))) {
            jar = files.filter(file -> file.getFileName().toString().matches("flink-jobs-.*-job\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        String boundary = UUID.randomUUID().toString();
        byte[] head =
                "--%s\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"%s\"\r\nContent-Type: application/x-java-archive\r\n\r\n"
                        .formatted(boundary, jar.getFileName())
                        .getBytes(StandardCharsets.UTF_8);
        byte[] tail = "\r\n--%s--\r\n".formatted(boundary).getBytes(StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(URI.create(rest + "/jars/upload"))
                .header("content-type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.concat(
                        BodyPublishers.ofByteArray(head), BodyPublishers.ofFile(jar), BodyPublishers.ofByteArray(tail)))
                .build();
        String filename = String.valueOf(send(request).get("filename"));
        return filename.substring(filename.lastIndexOf('/') + 1);
    }

    private String submit(String jar, String kafka, SecuredGateway gateway) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "--kafka",
                kafka,
                "--parallelism",
                "1",
                "--checkpoints",
                folder.resolve("checkpoints").toUri().toString()));
        arguments.addAll(gateway.jobArguments());
        Map<String, Object> body = Map.of("programArgsList", arguments);
        HttpRequest request = HttpRequest.newBuilder(URI.create(rest + "/jars/" + jar + "/run"))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.bytes(body)))
                .build();
        String job = String.valueOf(send(request).get("jobid"));
        eventually("the job runs")
                .until(() -> "RUNNING".equals(get("/jobs/" + job).get("state")));
        return job;
    }

    private void cancel(String job) throws Exception {
        send(HttpRequest.newBuilder(URI.create(rest + "/jobs/" + job + "?mode=cancel"))
                .method("PATCH", BodyPublishers.noBody())
                .build());
        eventually("the job ends")
                .until(() -> "CANCELED".equals(get("/jobs/" + job).get("state")));
    }

    /** How many classes of the name the TaskManager holds, after a full collection. */
    private long collectGarbageAndCountClasses(String name) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        run(jcmd, String.valueOf(taskManager.pid()), "GC.run");
        return run(jcmd, String.valueOf(taskManager.pid()), "VM.class_hierarchy", name)
                .lines()
                .filter(line -> line.contains(name))
                .count();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(30, TimeUnit.SECONDS);
        return printed;
    }

    /** Empty while the cluster does not answer yet, or says so. */
    private Map<String, Object> get(String path) {
        try {
            var response =
                    http.send(HttpRequest.newBuilder(URI.create(rest + path)).build(), BodyHandlers.ofByteArray());
            return response.statusCode() == 503 ? Map.of() : accepted(response);
        } catch (ConnectException e) {
            return Map.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Map.of();
        }
    }

    private Map<String, Object> send(HttpRequest request) throws IOException, InterruptedException {
        return accepted(http.send(request, BodyHandlers.ofByteArray()));
    }

    private Map<String, Object> accepted(HttpResponse<byte[]> response) throws IOException {
        if (response.statusCode() >= 400) {
            String body = new String(response.body(), StandardCharsets.UTF_8);
            throw new IOException("%s: %d %s; %s".formatted(response.uri(), response.statusCode(), body, logs()));
        }
        return Json.parseObject(response.body());
    }

    private String logs() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".out"))
                    .map(Path::toString)
                    .collect(Collectors.joining(" "));
        }
    }

    private static ConditionFactory eventually(String what) {
        return await(what).atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(200));
    }
}
