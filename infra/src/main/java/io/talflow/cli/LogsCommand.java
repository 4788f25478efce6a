package io.talflow.cli;

import io.talflow.tal.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "logs",
        description = "Prints what a task's functions wrote to stdout and stderr.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow logs word-count/readme count"})
final class LogsCommand extends GatewayCommand implements Runnable {
    @Parameters(index = "0", paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Parameters(index = "1", paramLabel = "FUNCTION", arity = "0..1", description = "One function only.")
    private String function;

    @Override
    public void run() {
        String wanted = function == null ? "" : function;
        Object answer = connection
                .find()
                .map(api -> api.ofTask(task, "/logs?function=" + Api.encode(wanted)))
                .or(() -> Stored.logs(connection, task, wanted))
                .orElseGet(() -> connection.api().ofTask(task, "/logs"));
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            out.println(Json.pretty(answer));
            return;
        }
        List<Map<String, Object>> entries = Output.rows(answer, "logs");
        for (Map<String, Object> entry : entries) {
            String.valueOf(entry.get("text"))
                    .lines()
                    .forEach(line -> out.println(entry.get("function") + " | " + line));
            if (Boolean.TRUE.equals(entry.get("truncated"))) {
                out.println(entry.get("function") + " | (what it printed after the first MiB was not kept)");
            }
        }
        if (entries.isEmpty()) {
            spec.commandLine().getErr().println("%s has printed nothing".formatted(function == null ? task : function));
        }
    }
}
