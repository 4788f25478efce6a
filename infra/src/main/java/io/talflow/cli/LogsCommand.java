package io.talflow.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "logs",
        description = "Prints what a task's functions wrote to stdout and stderr.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow logs word-count/readme count"})
final class LogsCommand implements Runnable {
    @Parameters(index = "0", paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Parameters(index = "1", paramLabel = "FUNCTION", arity = "0..1", description = "One function only.")
    private String function;

    @Mixin
    private Connection connection;

    @Mixin
    private Output output;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        String query = function == null ? "" : "?function=" + Api.encode(function);
        Object answer = connection.api().ofTask(task, "/logs" + query);
        PrintWriter out = spec.commandLine().getOut();
        if (output.isJson()) {
            out.println(io.talflow.tal.Json.pretty(answer));
        } else if (answer instanceof String text) {
            out.print(text);
        } else {
            for (Map<String, Object> line : Output.rows(answer, "logs")) {
                out.println("%s %s"
                        .formatted(line.getOrDefault("function", "-"), line.getOrDefault("line", line.get("text"))));
            }
        }
        out.flush();
    }
}
