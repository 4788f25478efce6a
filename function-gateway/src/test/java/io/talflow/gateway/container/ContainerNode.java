package io.talflow.gateway.container;

import com.github.dockerjava.api.DockerClient;
import io.talflow.gateway.ContainerOptions;
import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.bundle.Definitions;
import io.talflow.gateway.exec.Execution;
import io.talflow.gateway.exec.FunctionCall;
import io.talflow.gateway.exec.FunctionClient;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.LogQuery;
import io.talflow.gateway.runtime.Access;
import io.talflow.tal.Json;
import io.talflow.tal.model.Container;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A node's containers without the rest of the gateway: no Kafka, no journal, no API. */
final class ContainerNode implements AutoCloseable {
    /** Of this run alone: the engine may still hold containers of a run that was killed. */
    static final String VERSION = HexFormat.of().toHexDigits(new SecureRandom().nextLong());

    static final Duration GRACE = Duration.ofSeconds(1);

    private static final AtomicInteger NODES = new AtomicInteger();

    private final AtomicInteger firings = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final FunctionClient client = new FunctionClient();
    private final FunctionLogs logs;
    private final Containers containers;

    ContainerNode(Path data, int most) throws IOException {
        this(
                data,
                new ContainerOptions(
                        TestEngine.socket().toString(), most, GRACE, "10." + (202 + NODES.incrementAndGet() % 20)));
    }

    ContainerNode(Path data, ContainerOptions options) throws IOException {
        logs = new FunctionLogs(data.resolve("logs"));
        containers = new Containers(
                options,
                data,
                new Containers.Surroundings(
                        new BundleStore(data.resolve("bundles"), List::of, PeerAccess.NONE),
                        new Definitions((file, bytes) -> {
                            throw new IllegalStateException("no definitions here");
                        }),
                        logs,
                        client,
                        address -> "http://" + address + ":1",
                        timer,
                        Clock.systemUTC()));
    }

    Containers containers() {
        return containers;
    }

    FunctionLogs logs() {
        return logs;
    }

    static Function function(String name, String image, Container container, Duration timeout) {
        return Function.of(name, new Function.Executor.Image(image, container), Map.of(), timeout, Position.NONE);
    }

    Execution start(Function function, Map<String, Object> input) {
        return start(function, input, false);
    }

    /** @param awaited by a function that runs */
    Execution start(Function function, Map<String, Object> input, boolean awaited) {
        FiringKey key = new FiringKey("w/t@0/" + function.name() + "/" + firings.getAndIncrement(), 1);
        Firing firing = new Firing(key, "w/t", "w", VERSION, function.name(), function.name(), Json.bytes(input));
        Access access = new Access(new Access.Urls("http://here", "http://here"), "token");
        return containers.run(
                new FunctionCall(firing, function, access, new CompletableFuture<>(), start -> {}, awaited));
    }

    /** Calls made so far; each has its number, from 0, in its firing. */
    int fired() {
        return firings.get();
    }

    Outcome call(Function function, Map<String, Object> input) throws Exception {
        return start(function, input).outcome().get(30, TimeUnit.SECONDS);
    }

    /** The result, or an error that says how it failed. */
    @SuppressWarnings("unchecked")
    Map<String, Object> result(Function function, Map<String, Object> input) throws Exception {
        Outcome outcome = call(function, input);
        if (outcome instanceof Outcome.Failed) {
            throw new AssertionError(new String(outcome.data(), java.nio.charset.StandardCharsets.UTF_8));
        }
        return (Map<String, Object>) Json.parse(outcome.data());
    }

    Map<String, Object> failure(Function function, Map<String, Object> input) throws Exception {
        Outcome outcome = call(function, input);
        if (outcome instanceof Outcome.Completed) {
            throw new AssertionError(new String(outcome.data(), java.nio.charset.StandardCharsets.UTF_8));
        }
        return Json.parseObject(outcome.data());
    }

    ContainerStatus status(Function function) {
        return containers.status().stream()
                .filter(status -> status.function().equals(function.name()))
                .findFirst()
                .orElseThrow();
    }

    /** What this function printed, all attempts. */
    String printed(Function function) throws IOException {
        return String.join(
                "",
                logs.of(new LogQuery("w/t", function.name(), "")).stream()
                        .map(FunctionLogs.Entry::text)
                        .toList());
    }

    static List<String> running(DockerClient engine, String function) {
        return engine
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(List.of("io.talflow.function=w@%s/%s".formatted(VERSION, function)))
                .exec()
                .stream()
                .map(com.github.dockerjava.api.model.Container::getId)
                .toList();
    }

    @Override
    public void close() throws IOException {
        containers.close();
        client.close();
        timer.shutdownNow();
    }
}
