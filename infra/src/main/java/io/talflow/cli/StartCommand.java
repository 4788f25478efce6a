package io.talflow.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "start",
        description = "Starts a task of an applied workflow and prints its id.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow start word-count --input '{\"path\": \"README.md\"}' --key readme"})
final class StartCommand extends GatewayCommand implements Runnable {
    @Parameters(paramLabel = "WORKFLOW", description = "Name of the workflow.")
    private String workflow;

    @Option(names = "--input", paramLabel = "JSON|@FILE", defaultValue = "{}", description = "The task's input.")
    private String input;

    @Option(names = "--key", paramLabel = "KEY", description = "The task's key; the same key again is the same task.")
    private String key;

    @Override
    public void run() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("input", Input.parse(input));
        if (key != null) {
            body.put("key", key);
        }
        output.print(spec.commandLine().getOut(), connection.api().start(workflow, body));
    }
}
