package io.talflow.gateway.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.talflow.gateway.auth.PeerAccess;
import io.talflow.gateway.bundle.Bundle;
import io.talflow.gateway.bundle.BundleStore;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.log.FunctionLogs;
import io.talflow.gateway.log.LogQuery;
import io.talflow.gateway.runtime.Access;
import io.talflow.gateway.secret.SecretStore;
import io.talflow.gateway.secret.Secrets;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A command as a function")
class CommandExecutorTest {
    private static final Access ACCESS =
            new Access(new Access.Urls("http://127.0.0.1:1", "http://gateway:1"), "secret");
    private static final Duration PATIENT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private FunctionLogs logs;
    private String version;
    private CommandExecutor executor;

    @BeforeEach
    void start() throws IOException {
        BundleStore bundles = new BundleStore(folder.resolve("bundles"), List::of, PeerAccess.NONE);
        Bundle bundle = Bundle.read(zip("double.sh", "#!/bin/sh\nread n && echo $((2 * n))\n", "data.json", "[1]"));
        bundles.put(bundle);
        version = bundle.version();
        logs = new FunctionLogs(folder.resolve("logs"));
        executor = new CommandExecutor(bundles, logs, timer, Clock.systemUTC(), 1);
    }

    @AfterEach
    void stop() throws IOException {
        executor.close();
        timer.shutdownNow();
    }

    @Test
    void readsTheInputAndWritesTheResult() throws Exception {
        assertThat(result(run("{\"a\":[1,2]}", "cat"))).isEqualTo(Map.of("a", List.of(1L, 2L)));
        String large = "x".repeat(1 << 20);
        assertThat(result(run('"' + large + '"', "cat"))).isEqualTo(large);
        assertThat(result(run("{}", "true"))).as("of no output").isNull();
    }

    @Test
    void needNotReadItsInput() throws Exception {
        assertThat(result(run('"' + "x".repeat(1 << 20) + '"', "echo", "7"))).isEqualTo(7L);
    }

    @Test
    void runsInItsBundleAndMayBeAProgramOfIt() throws Exception {
        assertThat(result(run("{}", "cat", "data.json"))).isEqualTo(List.of(1L));
        assertThat(result(run("21\n", "./double.sh"))).isEqualTo(42L);
    }

    @Test
    void isToldTheFactsOfItsCallByItsEnvironment() throws Exception {
        String script = """
                printf '["%s","%s","%s","%s","%s","%s"]' "$TALFLOW_TASK" "$TALFLOW_FIRING" "$TALFLOW_ATTEMPT" \
                  "$TALFLOW_RUNTIME" "$TALFLOW_TOKEN" "$TRACEPARENT"; test "$TALFLOW_DEADLINE_MS" -gt 1700000000000""";
        assertThat(result(sh(script)))
                .isEqualTo(List.of(
                        "w/t",
                        "w/t@0/r/0",
                        "2",
                        "http://127.0.0.1:1",
                        "secret",
                        TraceContext.parent(new FiringKey("w/t@0/r/0", 2))));
    }

    @ParameterizedTest
    @CsvSource({
        "exit 1, Exit.1, true",
        "exit 75, Exit.75, true",
        "exit 64, Exit.64, false",
        "exit 65, Exit.65, false",
        "exit 78, Exit.78, false",
        "kill -9 $$, Function.Crashed,",
        "exit 127, Function.Environment,",
        "echo '<html>', Function.BadResult,"
    })
    void failsAsItsExitCodeSays(String script, String error, Boolean retryable) throws Exception {
        assertThat(failure(sh("echo {} ; echo 'because' >&2; " + script).outcome()))
                .containsEntry("error", error)
                .satisfies(data -> assertThat(data.get("retryable")).isEqualTo(retryable))
                .satisfies(data -> assertThat(data.getOrDefault("trace", "because"))
                        .as("its last lines on stderr")
                        .isEqualTo("because"));
    }

    @Test
    void failsWhenThereIsNoSuchProgram() throws Exception {
        Map<String, Object> failure =
                failure(run("{}", "talflow-no-such-program").outcome());
        assertThat(failure).containsEntry("error", "Function.Environment");
        assertThat(failure.toString()).contains("talflow-no-such-program");
    }

    @Test
    void logsWhatItWritesToStderr() throws Exception {
        assertThat(result(sh("echo one >&2; echo 5; echo two >&2"))).isEqualTo(5L);
        assertThat(logs.of(new LogQuery("w/t", "", "")))
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("time")
                .containsExactly(new FunctionLogs.Entry(0, "w/t@0/r/0", 2, "node", "one\ntwo\n", false));
    }

    @Test
    void hasItsSecretsInItsEnvironmentAndNotInItsLog() throws Exception {
        Path values = Files.createDirectory(folder.resolve("secrets"));
        Files.writeString(values.resolve("pay-token"), "s3cret-value");
        Function function = new Function(
                "f",
                new Function.Executor.Command(
                        List.of("sh", "-c", "echo $TALFLOW_SECRET_PAY_TOKEN >&2; echo ${#TALFLOW_SECRET_PAY_TOKEN}")),
                Map.of(),
                PATIENT,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                List.of(new Function.Secret("pay-token", "")),
                Position.NONE);
        Secrets secrets = new SecretStore(Optional.of(values)).of(function);
        Run run = run(function, "{}", new Access(ACCESS.urls(), ACCESS.token(), secrets));
        assertThat(result(run)).isEqualTo((long) "s3cret-value".length());
        assertThat(logs.of(new LogQuery("w/t", "", "")).get(0).text()).isEqualTo("***\n");
    }

    @Test
    void mayLogMoreThanIsKept() throws Exception {
        Map<String, Object> failure =
                failure(sh("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo; echo end >&2; exit 3")
                        .outcome());
        assertThat(failure.get("trace").toString()).endsWith("xend").hasSize(8 * 1024 - 1);
        FunctionLogs.Entry entry = logs.of(new LogQuery("w/t", "", "")).get(0);
        assertThat(entry.truncated()).isTrue();
        assertThat(entry.text()).hasSize(FunctionLogs.MAX_BYTES);
    }

    @Test
    void isStoppedWhenItWritesTooMuch() throws Exception {
        assertThat(failure(run("{}", "yes").outcome())).containsEntry("error", "Function.ResultTooLarge");
    }

    @Test
    void isAskedToEndAtItsTimeout() throws Exception {
        Path cleaned = folder.resolve("cleaned");
        Run run = sh(
                Duration.ofMillis(300),
                "trap 'touch \"%s\"; exit 0' TERM; echo 1; while :; do sleep 0.05; done".formatted(cleaned));
        assertThat(failure(run.outcome())).containsEntry("error", "Timeout");
        assertThat(cleaned).exists();
    }

    @Test
    void isKilledWithAllThatItStartedIfItDoesNotEnd() throws Exception {
        Path child = folder.resolve("child");
        Run run = sh(
                Duration.ofMillis(300),
                "trap '' TERM; (sh -c 'trap \"\" TERM; echo $$ > \"%s\"; while :; do sleep 1; done' &) ; while :; do sleep 1; done"
                        .formatted(child));
        assertThat(failure(run.outcome())).containsEntry("error", "Timeout");
        awaitEnd(child);
    }

    @Test
    void leavesNothingRunningWhenItEnds() throws Exception {
        Path child = folder.resolve("child");
        Run run = sh("sleep 1000 > /dev/null 2>&1 & echo $! > \"%s\"; echo 1".formatted(child));
        assertThat(result(run)).isEqualTo(1L);
        awaitEnd(child);
    }

    @Test
    void isStoppedByACancelAndThenTheNextRuns() throws Exception {
        Path pid = folder.resolve("pid");
        Run held = sh("echo $$ > \"%s\"; exec sleep 1000".formatted(pid));
        Run never = sh("touch \"%s\"".formatted(folder.resolve("never")));
        Run next = run("4", "cat");
        await().until(() -> Files.exists(pid) && Files.size(pid) > 0);
        assertThat(next.execution().outcome()).as("one at a time").isNotDone();
        never.execution().cancel().run();
        held.execution().cancel().run();
        assertThat(result(next)).isEqualTo(4L);
        awaitEnd(pid);
        assertThat(folder.resolve("never")).doesNotExist();
    }

    @Test
    void hasNoOutcomeWhenTheNodeStops() throws Exception {
        Path pid = folder.resolve("pid");
        Run held = sh("echo $$ > \"%s\"; exec sleep 1000".formatted(pid));
        await().until(() -> Files.exists(pid) && Files.size(pid) > 0);
        executor.close();
        awaitEnd(pid);
        assertThat(held.execution().outcome()).isNotDone();
    }

    private record Run(Execution execution) {
        Outcome outcome() throws Exception {
            return execution.outcome().get(60, TimeUnit.SECONDS);
        }
    }

    private Run sh(String script) {
        return run(PATIENT, "{}", "sh", "-c", script);
    }

    private Run sh(Duration timeout, String script) {
        return run(timeout, "{}", "sh", "-c", script);
    }

    private Run run(String input, String... words) {
        return run(PATIENT, input, words);
    }

    private Run run(Duration timeout, String input, String... words) {
        Function function =
                Function.of("f", new Function.Executor.Command(List.of(words)), Map.of(), timeout, new Position(1, 1));
        return run(function, input, ACCESS);
    }

    private Run run(Function function, String input, Access access) {
        Firing firing = new Firing(
                new FiringKey("w/t@0/r/0", 2),
                "w/t",
                "w",
                version,
                "f",
                "node",
                input.getBytes(StandardCharsets.UTF_8));
        return new Run(executor.run(new FunctionCall(firing, function, access)));
    }

    private static Object result(Run run) throws Exception {
        Outcome outcome = run.outcome();
        assertThat(outcome)
                .as(new String(outcome.data(), StandardCharsets.UTF_8))
                .isInstanceOf(Outcome.Completed.class);
        return Json.parse(outcome.data());
    }

    private static Map<String, Object> failure(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return Json.parseObject(outcome.data());
    }

    /** Until the process is gone whose id the file has. */
    private static void awaitEnd(Path file) throws IOException {
        long pid = Long.parseLong(Files.readString(file).strip());
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }

    private static byte[] zip(String... files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < files.length; i += 2) {
                zip.putNextEntry(new ZipEntry(files[i]));
                zip.write(files[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
