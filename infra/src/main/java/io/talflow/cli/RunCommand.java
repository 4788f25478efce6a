package io.talflow.cli;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description = "Applies a workflow, starts a task, shows its progress and prints its output.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  talflow run datasets/word-count/workflow.yaml --input @datasets/word-count/input.json"
        })
final class RunCommand implements Callable<Integer> {
    static final Set<String> ENDED = Set.of("COMPLETED", "FAILED", "CANCELLED");
    private static final long POLL_MILLIS = 100;

    @Parameters(paramLabel = "FILE", description = "A workflow file of any format.")
    private Path file;

    @Option(names = "--input", paramLabel = "JSON|@FILE", defaultValue = "{}", description = "The task's input.")
    private String input;

    @Option(names = "--key", paramLabel = "KEY", description = "The task's key; the same key again is the same task.")
    private String key;

    @Option(
            names = "--time-scale",
            paramLabel = "X",
            defaultValue = "1",
            description = "Replayed functions take this part of their recorded runtime (default: 1).")
    private double timeScale;

    @Mixin
    private Connection connection;

    @Mixin
    private NodeOptions node;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        Object parsed = Input.parse(input);
        WorkflowFile workflow = WorkflowFile.load(file, err);
        Session session = Session.open(connection, node, err);
        Interrupt interrupt = Interrupt.of(session, err);
        try {
            String task = start(session, workflow, parsed);
            interrupt.cancels(task);
            Map<String, Object> ended = follow(session, task, workflow);
            interrupt.cancels(null);
            return interrupt.happened()
                    ? CommandFailed.INTERRUPTED
                    : session.ask(api -> report(api, task, ended, session.isOwn()));
        } finally {
            interrupt.end();
        }
    }

    /** With a key of its own if none is given: a start that is repeated is then the same task. */
    private String start(Session session, WorkflowFile workflow, Object parsed) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("input", parsed);
        body.put("key", key == null ? UUID.randomUUID().toString().substring(0, 13) : key);
        return session.ask(api -> {
            workflow.apply(api, timeScale);
            String task = String.valueOf(api.start(workflow.name(), body).get("task"));
            spec.commandLine().getErr().println("started task " + task);
            return task;
        });
    }

    private Map<String, Object> follow(Session session, String task, WorkflowFile workflow) {
        Progress progress = new Progress(
                spec.commandLine().getErr(),
                Boolean.getBoolean("talflow.terminal"),
                workflow.loaded().workflow().functions().keySet(),
                System.currentTimeMillis());
        while (true) {
            Map<String, Object> status =
                    session.ask(api -> api.statusIfKnown(task).orElse(Map.of()));
            if (ENDED.contains(String.valueOf(status.get("status")))) {
                progress.end(status, System.currentTimeMillis());
                return status;
            }
            progress.show(status, System.currentTimeMillis());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
    }

    private int report(Api api, String task, Map<String, Object> status, boolean own) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        boolean completed = "COMPLETED".equals(status.get("status"));
        if (completed) {
            out.println(Json.pretty(status.get("output")));
            out.flush();
        } else {
            Failure.print(err, task, status);
        }
        err.println();
        err.println("task %s: %s".formatted(task, status.get("status")));
        Timeline.of(invocations(api, task), number(status, "startedAt"), number(status, "endedAt"))
                .forEach(err::println);
        err.println();
        String where = connection.asOptions();
        err.println("next:");
        err.println("  ./talflow status %s%s".formatted(task, where));
        err.println("  ./talflow %s %s%s".formatted(completed && !own ? "events" : "logs", task, where));
        err.println("  ./talflow %s%s".formatted(own ? "dev" : "list", where));
        err.flush();
        return completed ? 0 : CommandFailed.TASK_FAILED;
    }

    static List<Map<String, Object>> invocations(Api api, String task) {
        List<Map<String, Object>> all = new ArrayList<>();
        String token = "";
        do {
            Map<String, Object> page = api.invocations(task, token);
            all.addAll(Output.rows(page, "invocations"));
            token = page.get("nextPageToken") instanceof String next ? next : "";
        } while (!token.isEmpty());
        return all;
    }

    private static long number(Map<String, Object> status, String name) {
        return status.get(name) instanceof Number number ? number.longValue() : 0;
    }
}
