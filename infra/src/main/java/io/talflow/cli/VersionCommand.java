package io.talflow.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "version",
        description = "Prints the version.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        footer = {"", "Example:", "  talflow version"})
final class VersionCommand implements Runnable, IVersionProvider {
    private static final String VERSION = "0.1.0";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().println(getVersion()[0]);
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "talflow %s, Java %s".formatted(VERSION, Runtime.version().feature())
        };
    }
}
