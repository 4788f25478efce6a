package io.talflow.cli;

import io.talflow.tal.print.TalPrinter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "convert",
        description = "Prints the rules that a workflow file of any format stands for, as TAL.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow convert datasets/order/workflow.yaml"})
final class ConvertCommand implements Runnable {
    @Parameters(paramLabel = "FILE", description = "A workflow file.")
    private Path file;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        WorkflowFile workflow = WorkflowFile.load(file, spec.commandLine().getErr());
        spec.commandLine()
                .getOut()
                .println(TalPrinter.json(workflow.loaded().workflow()).stripTrailing());
    }
}
