package io.talflow.cli;

import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        description =
                "Prints a task's status, and as of which revision it is; without a running stack, as it was stored.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow status word-count/readme --exact"})
final class StatusCommand implements Runnable {
    @Parameters(paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Option(names = "--exact", description = "Asks the job itself, through the log.")
    private boolean exact;

    @Mixin
    private Connection connection;

    @Mixin
    private Output output;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Map<String, Object> status = connection
                .find()
                .map(api -> api.status(task, exact))
                .or(() -> exact
                        ? Optional.empty()
                        : Stored.task(connection, task, spec.commandLine().getErr()))
                .orElseGet(() -> connection.api().status(task, exact));
        output.print(spec.commandLine().getOut(), status);
    }
}
