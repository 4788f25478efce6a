package io.talflow.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code talflow} command: parses, runs one subcommand, maps failures to exit codes. */
@Command(
        name = "talflow",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        description = "Event-driven serverless workflows on Apache Flink CEP and Kafka.",
        subcommands = {
            InitCommand.class,
            ApplyCommand.class,
            RunCommand.class,
            DevCommand.class,
            StartCommand.class,
            SendCommand.class,
            StatusCommand.class,
            ListCommand.class,
            EventsCommand.class,
            LogsCommand.class,
            CancelCommand.class,
            ExplainCommand.class,
            RulesCommand.class,
            ReplayCommand.class,
            DeadLettersCommand.class,
            NodesCommand.class,
            TokenCommand.class,
            ValidateCommand.class,
            ConvertCommand.class,
            GraphCommand.class,
            VersionCommand.class,
            CompletionCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the task failed, or a replay decides something else than is recorded",
            "2:bad input, each problem as file:line:column: message",
            "3:no stack answers",
            "130:stopped by Ctrl-C"
        },
        footer = {
            "",
            "Example:",
            "  talflow run datasets/word-count/workflow.yaml --input @datasets/word-count/input.json"
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exitCode = execute(arguments, out, err);
        out.flush();
        err.flush();
        System.exit(exitCode);
    }

    /** Runs one command as a terminal would. */
    static int execute(String[] arguments, PrintWriter out, PrintWriter err) {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExpandAtFiles(false);
        commandLine.setUsageHelpWidth(110);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof CommandFailed failed) {
                command.getErr().println(failed.getMessage());
                return failed.exitCode();
            }
            throw failure;
        });
        return commandLine.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
