package io.talflow.cli;

import io.talflow.tal.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "logs",
        description = "Prints what a task's functions wrote to stdout and stderr.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow logs word-count/readme count --follow"})
final class LogsCommand extends GatewayCommand implements Runnable {
    private static final long STARTING_MILLIS = 10_000;
    private static final long LOOK_MILLIS = 100;

    @Parameters(index = "0", paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Parameters(index = "1", paramLabel = "FUNCTION", arity = "0..1", description = "One function only.")
    private String function;

    @Option(names = "--follow", description = "Goes on with each line as it is printed, until the task ends.")
    private boolean follow;

    @Override
    public void run() {
        String wanted = function == null ? "" : function;
        if (follow) {
            follow(connection.api(), wanted);
            return;
        }
        Object answer = connection
                .find()
                .map(api -> api.ofTask(task, "/logs?function=" + Api.encode(wanted)))
                .or(() -> Stored.logs(connection, task, wanted))
                .orElseGet(() -> connection.api().ofTask(task, "/logs"));
        if (output.isJson()) {
            spec.commandLine().getOut().println(Json.pretty(answer));
            return;
        }
        List<Map<String, Object>> entries = Output.rows(answer, "logs");
        entries.forEach(this::print);
        printMissing(answer);
        if (entries.isEmpty()) {
            spec.commandLine().getErr().println("%s has printed nothing".formatted(function == null ? task : function));
        }
    }

    private void follow(Api api, String wanted) {
        awaitStart(api);
        HttpResponse<InputStream> answer = api.followLogs(task, wanted);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            if (answer.statusCode() != 200) {
                String problem = lines.lines().collect(Collectors.joining());
                throw Api.refused(answer.statusCode(), problem.getBytes(StandardCharsets.UTF_8));
            }
            lines.lines().filter(line -> !line.isEmpty()).forEach(this::printFollowed);
        } catch (IOException | UncheckedIOException e) {
            throw CommandFailed.unreachable("the gateway at %s is gone: %s".formatted(api.url(), e.getMessage()));
        }
    }

    private void printFollowed(String line) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            out.println(line);
        } else {
            Map<String, Object> entry = Json.parseObject(line.getBytes(StandardCharsets.UTF_8));
            if (!printMissing(entry)) {
                print(entry);
            }
        }
        out.flush();
    }

    /** Whose part is not there, if somebody's. */
    private boolean printMissing(Object answer) {
        if (answer instanceof Map<?, ?> fields && fields.get("unreachable") instanceof Map<?, ?> nodes) {
            PrintWriter err = spec.commandLine().getErr();
            nodes.forEach((node, why) -> err.println("what was printed on %s may be missing: %s".formatted(node, why)));
            err.flush();
            return true;
        }
        return false;
    }

    /** A task that was started a moment ago may not be known yet; one that stays unknown is for the gateway to refuse. */
    private void awaitStart(Api api) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STARTING_MILLIS);
        while (api.statusIfKnown(task).isEmpty() && System.nanoTime() < until) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    private void print(Map<String, Object> entry) {
        PrintWriter out = spec.commandLine().getOut();
        String.valueOf(entry.get("text")).lines().forEach(line -> out.println(entry.get("function") + " | " + line));
        if (Boolean.TRUE.equals(entry.get("truncated"))) {
            out.println(entry.get("function") + " | (what it printed after the first MiB was not kept)");
        }
    }
}
