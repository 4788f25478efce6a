package io.talflow.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "init",
        description = "Writes a new workflow with a function and a test into a folder of its name.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  talflow init hello && talflow run hello/workflow.yaml --input @hello/input.json"})
final class InitCommand implements Runnable {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    static final List<String> FILES = List.of("workflow.yaml", "hello.py", "test_hello.py", "input.json");

    @Parameters(paramLabel = "NAME", description = "Name of the workflow and the folder: a-z, 0-9 and -.")
    private String name;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (!NAME.matcher(name).matches()) {
            throw CommandFailed.badInput(
                    "not a workflow name: %s; 1 to 63 of a-z, 0-9 and -, with no - at either end".formatted(name));
        }
        Path folder = Path.of(name);
        if (Files.exists(folder)) {
            throw CommandFailed.badInput("%s is already there".formatted(folder));
        }
        try {
            for (Path written : write(folder, name)) {
                spec.commandLine().getOut().println(written);
            }
        } catch (IOException e) {
            throw CommandFailed.badInput("cannot write into %s: %s".formatted(folder, e.getMessage()));
        }
        spec.commandLine()
                .getErr()
                .println("run it: talflow run %s/workflow.yaml --input @%s/input.json".formatted(name, name));
    }

    /** Writes the files and names them. */
    static List<Path> write(Path folder, String name) throws IOException {
        Files.createDirectories(folder);
        List<Path> written = new ArrayList<>();
        for (String file : FILES) {
            written.add(Files.writeString(folder.resolve(file), template(file).replace("NAME", name)));
        }
        return written;
    }

    private static String template(String file) {
        try (InputStream stream = InitCommand.class.getResourceAsStream("/init/" + file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
