package io.talflow.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "cancel",
        description = "Cancels a task: what runs is stopped, nothing more is started.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow cancel word-count/readme"})
final class CancelCommand implements Runnable {
    @Parameters(paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Mixin
    private Connection connection;

    @Mixin
    private Output output;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        connection.api().cancel(task);
        if (output.isJson()) {
            output.print(spec.commandLine().getOut(), Map.of("task", task));
        } else {
            spec.commandLine().getErr().println("cancelling " + task);
        }
    }
}
