package io.talflow.eval;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code talflow bench}: each benchmark is a subcommand. */
@Command(
        name = "talflow bench",
        mixinStandardHelpOptions = true,
        description = "Measures this machine: the bare loop, and Talflow beside it.",
        subcommands = {
            FloorCommand.class,
            ChainCommand.class,
            LoadCommand.class,
            FanoutCommand.class,
            JoinCommand.class,
            IngestCommand.class,
            OverlapCommand.class,
            OverloadCommand.class,
            IdleCommand.class,
            InvokeCommand.class,
            ColdstartCommand.class,
            DataCommand.class,
            JmhCommand.class
        },
        footer = {"", "Example:", "  talflow bench floor --hops 10 --runs 3 --json"})
public final class Bench implements Runnable {
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

    static int execute(String[] arguments, PrintWriter out, PrintWriter err) {
        CommandLine commandLine = new CommandLine(new Bench());
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.getSubcommands().get("jmh").setUnmatchedOptionsArePositionalParams(true);
        return commandLine.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a benchmark is missing");
    }
}
