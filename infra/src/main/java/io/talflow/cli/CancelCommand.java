package io.talflow.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "cancel",
        description = "Cancels a task: what runs is stopped, nothing more is started.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow cancel order/42 --compensate --reason 'the customer wrote'"})
final class CancelCommand extends GatewayCommand implements Runnable {
    @Parameters(paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; the task's history shows it.")
    private String reason;

    @Option(names = "--compensate", description = "Undoes first what completed, the last first.")
    private boolean compensate;

    @Override
    public void run() {
        Api api = connection.api();
        Object status = api.status(task, false).get("status");
        if (RunCommand.ENDED.contains(String.valueOf(status))) {
            throw CommandFailed.badInput("%s has ended already: %s".formatted(task, status));
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("compensate", compensate);
        if (reason != null) {
            body.put("reason", reason);
        }
        api.cancel(task, body);
        if (output.isJson()) {
            output.print(spec.commandLine().getOut(), Map.of("task", task));
        } else {
            spec.commandLine().getErr().println("cancelling " + task);
        }
    }
}
