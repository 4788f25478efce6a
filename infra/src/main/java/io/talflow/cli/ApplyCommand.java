package io.talflow.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "apply",
        description = "Registers a workflow and uploads its functions' code; tasks that run keep their version.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow apply datasets/word-count/workflow.yaml"})
final class ApplyCommand extends GatewayCommand implements Runnable {
    @Parameters(paramLabel = "FILE", description = "A workflow file of any format.")
    private Path file;

    @Option(
            names = "--time-scale",
            paramLabel = "X",
            defaultValue = "1",
            description = "Replayed functions take this part of their recorded runtime (default: 1).")
    private double timeScale;

    @Override
    public void run() {
        WorkflowFile workflow = WorkflowFile.load(file, spec.commandLine().getErr());
        output.print(spec.commandLine().getOut(), workflow.apply(connection.api(), timeScale));
    }
}
