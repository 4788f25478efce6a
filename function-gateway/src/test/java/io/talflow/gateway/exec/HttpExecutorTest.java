package io.talflow.gateway.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.runtime.Access;
import io.talflow.gateway.runtime.Reported;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpExecutorTest {
    private static final Access ACCESS =
            new Access(new Access.Urls("http://127.0.0.1:1", "http://gateway:1"), "secret");

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final HttpExecutor executor = new HttpExecutor(Destinations.WITH_LOOPBACK, timer, Clock.systemUTC());
    private final CompletableFuture<Map<String, String>> headers = new CompletableFuture<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        executor.close();
        timer.shutdownNow();
    }

    @Test
    void sendsTheInvocationAsABinaryCloudEvent() throws Exception {
        answer(200, "{\"ok\":true}".getBytes(StandardCharsets.UTF_8));
        Outcome outcome = run(Duration.ofSeconds(10));
        assertThat(Json.parse(outcome.data())).isEqualTo(Map.of("ok", true));
        assertThat(headers.get(1, TimeUnit.SECONDS))
                .containsEntry("Ce-id", "w/t@0/r/0/2")
                .containsEntry("Ce-type", "io.talflow.invocation.requested.v1")
                .containsEntry("Ce-source", "/talflow/w/t")
                .containsEntry("Ce-specversion", "1.0")
                .containsEntry("Idempotency-key", "w/t@0/r/0")
                .containsEntry("X-talflow-task", "w/t")
                .containsEntry("X-talflow-attempt", "2")
                .containsEntry("X-talflow-runtime", "http://gateway:1")
                .containsEntry("X-talflow-token", "secret")
                .containsEntry("Traceparent", TraceContext.parent(new FiringKey("w/t@0/r/0", 2)))
                .containsKey("X-deadline-ms");
    }

    @ParameterizedTest
    @CsvSource({"408, true", "429, true", "500, true", "503, true", "400, false", "404, false"})
    void namesTheStatusAndWhetherToTryAgain(int status, boolean retryable) throws Exception {
        answer(status, "sorry".getBytes(StandardCharsets.UTF_8));
        assertThat(failure(run(Duration.ofSeconds(10))))
                .containsEntry("error", "Http." + status)
                .containsEntry("retryable", retryable);
    }

    @Test
    void honoursWhatTheRepliesHeadersSay() throws Exception {
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "3");
            exchange.getResponseHeaders().set("X-Talflow-Error", "Quota.Exceeded");
            exchange.sendResponseHeaders(429, -1);
            exchange.close();
        });
        assertThat(failure(run(Duration.ofSeconds(10))))
                .containsEntry("error", "Quota.Exceeded")
                .containsEntry("retryAfterMs", 3_000L);
    }

    @Test
    void waitsForTheReportAfter202() throws Exception {
        answer(202, new byte[0]);
        CompletableFuture<Reported> reported = new CompletableFuture<>();
        Execution execution = execution(Duration.ofSeconds(10), reported);
        headers.get(10, TimeUnit.SECONDS);
        assertThat(execution.outcome()).isNotDone();
        reported.complete(new Reported.Result("[1]".getBytes(StandardCharsets.UTF_8)));
        Outcome outcome = execution.outcome().get(10, TimeUnit.SECONDS);
        assertThat(outcome).isInstanceOf(Outcome.Completed.class);
        assertThat(Json.parse(outcome.data())).isEqualTo(java.util.List.of(1L));
    }

    @Test
    void takesNoReportFromACallThatAnswersByItself() throws Exception {
        answer(200, "1".getBytes(StandardCharsets.UTF_8));
        Reported report = new Reported.Result("2".getBytes(StandardCharsets.UTF_8));
        Outcome outcome = execution(Duration.ofSeconds(10), CompletableFuture.completedFuture(report))
                .outcome()
                .get(10, TimeUnit.SECONDS);
        assertThat(Json.parse(outcome.data())).isEqualTo(1L);
    }

    @Test
    void givesUpAtTheTimeoutWhenNothingIsReported() throws Exception {
        answer(202, new byte[0]);
        assertThat(failure(run(Duration.ofMillis(200)))).containsEntry("error", "Timeout");
    }

    @Test
    void refusesAResultThatIsNotJson() throws Exception {
        answer(200, "<html>".getBytes(StandardCharsets.UTF_8));
        assertThat(failure(run(Duration.ofSeconds(10)))).containsEntry("error", "Function.BadResult");
    }

    @Test
    void stopsReadingAResultThatIsTooLarge() throws Exception {
        answer(200, new byte[FunctionErrors.MAX_RESULT_BYTES + 1]);
        assertThat(failure(run(Duration.ofSeconds(10)))).containsEntry("error", "Function.ResultTooLarge");
    }

    @Test
    void givesUpAtTheTimeout() throws Exception {
        server.createContext("/", exchange -> {
            // never answers
        });
        assertThat(failure(run(Duration.ofMillis(200)))).containsEntry("error", "Timeout");
    }

    @Test
    void isWorthAnotherAttemptWhenTheAnswerBreaksOff() throws Exception {
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write("{\"half\":".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            throw new IOException("the connection ends here");
        });
        assertThat(failure(run(Duration.ofSeconds(10))))
                .containsEntry("error", "Http.Unreachable")
                .containsEntry("retryable", true);
    }

    @Test
    void callsOthersWhileServicesHangOnMoreCallsThanThereMayBe() throws Exception {
        try (ServerSocket hangs = new ServerSocket(0, 2_000, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:%d/".formatted(hangs.getLocalPort());
            List<Execution> hanging = new ArrayList<>();
            for (int i = 0; i < 2 * HttpExecutor.BOUND; i++) {
                hanging.add(execution("hangs-" + i % 5, url, Duration.ofSeconds(60), new CompletableFuture<>()));
            }
            answer(200, "7".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 100; i++) {
                assertThat(Json.parse(run(Duration.ofSeconds(10)).data())).isEqualTo(7L);
            }
            assertThat(hanging).noneMatch(execution -> execution.outcome().isDone());
            hanging.forEach(execution -> execution.cancel().run());
            assertThat(hanging).allMatch(execution -> execution.outcome().isDone());
        }
    }

    @Test
    void callsAServiceThatHungWithNoMoreThanItsMostWhenItAnswersAgain() throws Exception {
        int calls = 3 * HttpExecutor.MOST_OF_ONE;
        CountDownLatch full = new CountDownLatch(HttpExecutor.MOST_OF_ONE);
        CountDownLatch recovers = new CountDownLatch(1);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool();
        server.stop(0);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), calls);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            full.countDown();
            try {
                recovers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            underWay.decrementAndGet();
            exchange.getResponseHeaders().set("Connection", "close"); // this server keeps no more than 200 anyway
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
        try {
            List<Execution> all = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                all.add(execution(Duration.ofSeconds(60), new CompletableFuture<>()));
            }
            assertThat(full.await(20, TimeUnit.SECONDS)).isTrue();
            recovers.countDown();
            for (Execution each : all) {
                assertThat(each.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Completed.class);
            }
            assertThat(most).hasValue(HttpExecutor.MOST_OF_ONE);
        } finally {
            recovers.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void holdsNoPlaceForAReportThatIsToCome() throws Exception {
        answer(202, new byte[0]);
        List<CompletableFuture<Reported>> reports = new ArrayList<>();
        List<Execution> open = new ArrayList<>();
        for (int i = 0; i <= HttpExecutor.MOST_OF_ONE; i++) {
            reports.add(new CompletableFuture<>());
            open.add(execution(Duration.ofSeconds(60), reports.get(i)));
        }
        reports.forEach(report -> report.complete(new Reported.Result(new byte[] {'1'})));
        for (Execution each : open) {
            assertThat(each.outcome().get(20, TimeUnit.SECONDS)).isInstanceOf(Outcome.Completed.class);
        }
    }

    @Test
    void saysThatNobodyListens() throws Exception {
        server.stop(0);
        assertThat(failure(run(Duration.ofSeconds(10))))
                .containsEntry("error", "Http.Unreachable")
                .containsEntry("retryable", true);
    }

    private void answer(int status, byte[] body) {
        server.createContext("/", exchange -> {
            Map<String, String> seen = new java.util.HashMap<>();
            exchange.getRequestHeaders().forEach((name, values) -> seen.put(name, values.get(0)));
            headers.complete(seen);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private Outcome run(Duration timeout) throws Exception {
        return execution(timeout, new CompletableFuture<>()).outcome().get(20, TimeUnit.SECONDS);
    }

    private Execution execution(Duration timeout, CompletableFuture<Reported> reported) {
        return execution(
                "f", "http://127.0.0.1:%d/".formatted(server.getAddress().getPort()), timeout, reported);
    }

    private Execution execution(String name, String url, Duration timeout, CompletableFuture<Reported> reported) {
        Function function = Function.of(name, new Function.Executor.Http(url), Map.of(), timeout, new Position(1, 1));
        Firing firing = new Firing(
                new FiringKey("w/t@0/r/0", 2), "w/t", "w", "0", name, name, "{}".getBytes(StandardCharsets.UTF_8));
        return executor.run(new FunctionCall(firing, function, ACCESS, reported, start -> {}));
    }

    private static Map<String, Object> failure(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return Json.parseObject(outcome.data());
    }
}
