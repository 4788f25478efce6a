package io.talflow.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A workflow file that is applied again when it or the code beside it changes; a mistake waits for the next change. */
final class WatchedFile {
    private final Path path;
    private List<String> applied = List.of();

    WatchedFile(Path path) {
        this.path = path;
    }

    void applyIfChanged(Api api, PrintWriter err) {
        List<String> now = state();
        if (now.equals(applied)) {
            return;
        }
        applied = now;
        try {
            WorkflowFile workflow = WorkflowFile.load(path, err);
            err.println("applied %s %s"
                    .formatted(workflow.name(), workflow.apply(api, 1).get("version")));
        } catch (CommandFailed e) {
            err.println(e.getMessage());
        }
    }

    /** Name, size and time of each file that counts. */
    private List<String> state() {
        Path folder = path.toAbsolutePath().getParent();
        try (Stream<Path> files = Files.walk(folder, 3)) {
            return files.filter(file -> file.getFileName().equals(path.getFileName())
                            || file.toString().endsWith(".py")
                            || file.endsWith("requirements.txt"))
                    .map(file -> file + " " + file.toFile().length() + " "
                            + file.toFile().lastModified())
                    .sorted()
                    .collect(Collectors.toList());
        } catch (IOException e) {
            return List.of("unreadable: " + e.getMessage());
        }
    }
}
