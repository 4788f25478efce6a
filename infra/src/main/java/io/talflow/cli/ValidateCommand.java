package io.talflow.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "validate",
        description = "Checks workflow files of any format; prints every problem as file:line:column: message.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow validate datasets/word-count/workflow.yaml"})
final class ValidateCommand implements Runnable {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Workflow files.")
    private List<Path> files;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter err = spec.commandLine().getErr();
        CommandFailed failure = null;
        for (Path file : files) {
            try {
                WorkflowFile workflow = WorkflowFile.load(file, err);
                spec.commandLine()
                        .getOut()
                        .println("%s: %s, %d functions, %d rules"
                                .formatted(
                                        file,
                                        workflow.name(),
                                        workflow.loaded().workflow().functions().size(),
                                        workflow.loaded().workflow().rules().size()));
            } catch (CommandFailed failed) {
                if (failure != null) {
                    err.println(failure.getMessage());
                }
                failure = failed;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
