package io.talflow.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "events",
        description = "Lists the events of a task as the log has them.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow events word-count/readme --output json"})
final class EventsCommand implements Runnable {
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
        Object answer = connection.api().ofTask(task, "/events");
        output.print(
                spec.commandLine().getOut(),
                answer,
                Output.rows(answer, "events"),
                List.of("offset", "time", "type", "id"));
    }
}
