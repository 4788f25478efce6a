package io.talflow.cli;

import io.talflow.tal.InvalidTal;
import io.talflow.tal.Problem;
import io.talflow.tal.importer.Formats;
import io.talflow.tal.model.Function;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A workflow file that was read and has no errors. */
record WorkflowFile(Path path, Formats.Loaded loaded) {
    /** Warnings go to {@code err}; errors end the command with all of them. */
    static WorkflowFile load(Path path, PrintWriter err) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(path);
        } catch (IOException e) {
            throw CommandFailed.badInput("%s:1:1: cannot read it: no such file, or not readable".formatted(path));
        }
        try {
            Formats.Loaded loaded = Formats.loadWithWarnings(path.toString(), bytes);
            loaded.warnings().forEach(err::println);
            return new WorkflowFile(path, loaded);
        } catch (InvalidTal e) {
            throw CommandFailed.badInput(
                    e.problems().stream().map(Problem::toString).collect(Collectors.joining(System.lineSeparator())));
        }
    }

    String name() {
        return loaded.workflow().name();
    }

    /** What may be a file of the workflow's folder. */
    private static Stream<String> named(Function.Executor executor) {
        if (executor instanceof Function.Executor.Command command) {
            return command.words().stream();
        }
        return executor instanceof Function.Executor.Image image ? image.container().code().stream() : Stream.empty();
    }

    /** Uploads it with the code its functions need; the answer names the version. */
    Map<String, Object> apply(Api api, double timeScale) {
        Set<Path> named = loaded.workflow().functions().values().stream()
                .flatMap(function -> named(function.executor()))
                .map(word -> Path.of(word).normalize())
                .collect(Collectors.toSet());
        boolean code = !named.isEmpty()
                || loaded.workflow().functions().values().stream()
                        .anyMatch(function -> function.executor() instanceof Function.Executor.Python);
        try {
            String text = TimeScale.apply(loaded, timeScale);
            return api.apply(name(), path.getFileName().toString(), Bundle.zip(path, text, code, named));
        } catch (IOException e) {
            throw CommandFailed.badInput("cannot read the code beside %s: %s".formatted(path, e.getMessage()));
        }
    }
}
