package io.talflow.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "status",
        description =
                "Prints a task's status, and as of which revision it is; without a running stack, as it was stored.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow status word-count/readme --exact"})
final class StatusCommand extends GatewayCommand implements Runnable {
    @Parameters(paramLabel = "TASK", description = "Id of the task: WORKFLOW/KEY.")
    private String task;

    @Option(names = "--exact", description = "Asks the job itself, through the log.")
    private boolean exact;

    @Override
    public void run() {
        Optional<Api> api = connection.find();
        Optional<Map<String, Object>> stored = api.isPresent() || exact
                ? Optional.empty()
                : Stored.task(connection, task, spec.commandLine().getErr());
        Map<String, Object> status =
                stored.orElseGet(() -> api.orElseGet(connection::api).status(task, exact));
        List<Map<String, Object>> invocations = stored.isPresent()
                ? Stored.invocations(connection, task)
                : RunCommand.invocations(api.orElseGet(connection::api), task);
        PrintWriter out = spec.commandLine().getOut();
        List<Map<String, Object>> functions = FunctionStates.of(invocations);
        if (output.isJson()) {
            status.put("functions", functions);
            output.print(out, status);
            return;
        }
        status.remove("nodes");
        status.computeIfPresent("counts", (name, counts) -> line(counts));
        status.computeIfPresent("asOf", (name, asOf) -> line(asOf));
        output.print(out, status);
        if (!functions.isEmpty()) {
            out.println();
            output.print(out, functions, functions, FunctionStates.columns(functions));
        }
    }

    /** Such as {@code running 1, completed 3}. */
    private static String line(Object fields) {
        return fields instanceof Map<?, ?> map
                ? map.entrySet().stream()
                        .map(entry -> Output.label(String.valueOf(entry.getKey())) + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                : String.valueOf(fields);
    }
}
